/**
 * ping: one ICMP echo request is answered. (Further attempts are the round's business: see run.ts.)
 */

import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { runProgram } from "../system/program.ts";
import { echo } from "../wire/transport/icmp_echo.ts";
import { down, up } from "./verdict.ts";

/** What ping(8) says where the system lets it send nothing. */
const FORBIDDEN = /not permitted|permission denied/i;

/** Asks by a socket of our own where the system lets us, else by its `ping` program. */
export async function ping(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  run.trace(`> ICMP echo request to ${target.address}`);
  if (await echo(target.address, run.signal, target.origin)) {
    run.trace("< ICMP echo reply");
    return up("answers to ping");
  }
  const { status, lastLine } = await runProgram(
    ["ping", "-n", "-c", "1", ...origin(target), target.address],
    run.signal,
  );
  run.trace(`< ping: exit status ${status}${lastLine && `: ${lastLine}`}`);
  if (status === 0) return up("answers to ping");
  if (FORBIDDEN.test(lastLine)) return down("internal", `cannot ping: ${lastLine}`);
  return down("timeout", `no answer to ping${lastLine && `: ${lastLine}`}`);
}

/** As ping(8) has it. */
function origin({ origin: { address, mark } = {} }: CheckTarget): readonly string[] {
  return [...address ? ["-I", address] : [], ...mark === undefined ? [] : ["-m", String(mark)]];
}
