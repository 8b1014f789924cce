/**
 * How fast the lab is on this machine. Its kernel is a process: system calls and page faults cost it what the machine's own
 * kernel makes of them, which on some virtual machines is five times of what it is on others.
 */

import { BINARY } from "../../tools/build.ts";
import { runInUml } from "./uml/boot.ts";

/** Seconds that `ldirectord --version` takes in the lab that the scenarios' times are made for: 0.5 to 0.7 s. */
const USUAL = 0.6;

/** So many times that, and scenarios that say something of moments are no longer true, and all together take hours. */
export const TOO_SLOW = 2.5;

/** Scenarios that wait for what happens, and not for moments: they were seen to pass in a lab four times slower than usual. */
export const UNHURRIED: readonly string[] = ["agreement", "announce", "bgp", "failover", "netlink", "reload"];

const RUNS = 3;
const LIMIT_SECONDS = 120;

/** Returns how many times slower than usual the lab is: 1 where it is not, or does not come up. */
export async function measurePace(): Promise<number> {
  // In memory, as in the benchmark: the host's files come by a slow path.
  const once = 'begin=$(date +%s%N); /run/ldirectord --version >/dev/null; echo "took $(($(date +%s%N) - begin))"';
  const took: number[] = [];
  await runInUml({
    command: ["sh", "-c", `cp ${BINARY} /run/ldirectord; ${Array(RUNS).fill(once).join("; ")}`],
    directory: "/",
    environment: {},
    seconds: LIMIT_SECONDS,
    memory: "1G",
  }, (line) => {
    const nanoseconds = /^took (\d+)$/.exec(line)?.[1];
    if (nanoseconds !== undefined) took.push(Number(nanoseconds));
  });
  // A lab that does not come up is not slow: its scenarios say what is wrong.
  if (took.length === 0) return 1;
  return Math.max(1, Math.min(...took) / 1e9 / USUAL);
}
