/**
 * `deno task bench`: ours, keepalived and the Perl program on the same servers, side by side, in the lab. `deno task bench
 * fractions`: whether ours sustains intervals of fractions of a second, on this machine itself.
 */

import { runInUml, sweepLeftOvers } from "../tests/lab/uml/boot.ts";
import { BINARY, build } from "../tools/build.ts";
import { setup } from "../tools/setup.ts";
import { dim, fail, say, step } from "../tools/terminal.ts";
import { REALS, SILENT, VIRTUALS } from "./farm.ts";
import { comparison } from "./comparison.ts";
import type { Fractions, Result } from "./result.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const MARK = "RESULTS ";
const LIMIT_SECONDS = 1200;

await setup();
await build();
await sweepLeftOvers();
if (Deno.args[0] === "fractions") await fractions();
else await sideBySide();

async function sideBySide(): Promise<void> {
  step(`${REALS} http servers in ${VIRTUALS} virtual services, checkinterval 1, checktimeout 3 (8 minutes)`);
  const results = await measured<readonly Result[]>("measure.ts");
  say(comparison(results));
  say(
    `Silent: every packet to ${SILENT} of the servers is dropped. CPU: user and system time of all of a program's processes,`,
  );
  say(
    "over the requests that the web server counted. Memory: PSS. Net of start: without what `--version` takes there.",
  );
  say("Ours and keepalived: the median of three runs, in turns.");
}

async function fractions(): Promise<void> {
  step(`${REALS} connect checks on this machine, at intervals of a second and below (1 minute)`);
  const script = ["run", "-A", "--no-check", "--cached-only", `${ROOT}bench/fractions.ts`, BINARY, MARK, String(REALS)];
  const { success, stdout } = await new Deno.Command("unshare", {
    args: ["--map-root-user", "--net", "--mount", Deno.execPath(), ...script],
    stderr: "inherit",
  }).output();
  const line = new TextDecoder().decode(stdout).split("\n").find((line) => line.startsWith(MARK));
  if (!success || line === undefined) fail("the measurement did not come to its end: see above");
  for (const { interval, ratio, checksPerSecond, cpuPerCheck } of JSON.parse(line.slice(MARK.length)) as Fractions[]) {
    const made = `${checksPerSecond.toFixed(0)} checks a second, ${ratio.toFixed(3)} of what it asks for`;
    say(`checkinterval = ${interval}: ${made}, ${cpuPerCheck.toFixed(2)} ms of CPU each`);
  }
}

/** Runs a measurement under the lab's kernel, and returns what it found. */
async function measured<T>(script: string): Promise<T> {
  let found: T | undefined;
  await runInUml({
    command: [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${ROOT}bench/${script}`, BINARY, MARK],
    directory: ROOT,
    environment: { HOME: Deno.env.get("HOME") ?? "/root", NO_COLOR: "1" },
    seconds: LIMIT_SECONDS,
    memory: "3G",
  }, (line) => {
    if (line.startsWith(MARK)) found = JSON.parse(line.slice(MARK.length));
    else say(dim(`    ${line}`));
  });
  if (!found) fail("the measurement did not come to its end: see above");
  say();
  return found;
}
