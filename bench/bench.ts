/**
 * `deno task bench [checks|table|fractions|growth …]`, `checks` and `table` unless said otherwise. In the lab, side by side:
 * checks by ours, by keepalived and by the Perl program; a large table by ours, by keepalived and by `ipvsadm -R`. Ours alone,
 * on this machine itself: whether intervals below a second are sustained, and what more real servers cost.
 */

import { runInUml, sweepLeftOvers } from "../tests/lab/uml/boot.ts";
import { BINARY, build } from "../tools/build.ts";
import { setup } from "../tools/setup.ts";
import { dim, fail, say, step } from "../tools/terminal.ts";
import { REALS, SILENT, VIRTUALS } from "./farm.ts";
import { comparison, tableComparison } from "./comparison.ts";
import type { Course, Pace, Result, TableResult } from "./result.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const MARK = "RESULTS ";
const LIMIT_SECONDS = 1200;

await setup();
await build();
await sweepLeftOvers();
const parts = Deno.args.length > 0 ? Deno.args : ["checks", "table"];
if (parts.includes("checks")) await compareChecks();
if (parts.includes("table")) await compareTables();
if (parts.includes("fractions")) await fractions();
if (parts.includes("growth")) await growth();

async function compareChecks(): Promise<void> {
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

async function compareTables(): Promise<void> {
  step("10,000 destinations in 100 virtual services, no checks (4 minutes)");
  const results = await measured<readonly TableResult[]>("measure_table.ts");
  say(tableComparison(results));
  say("The median of three runs, in turns, and their least and most. ipvsadm -R reads the same rules.");
}

/** Whether ours sustains intervals below a second. */
async function fractions(): Promise<void> {
  step(`${REALS} connect checks on this machine, at intervals of a second and below (1 minute)`);
  for (const { interval, ratio, checksPerSecond, cpuPerCheck } of await paced([1, 0.5, 0.2].map(ofAll))) {
    const made = `${checksPerSecond.toFixed(0)} checks a second, ${ratio.toFixed(3)} of what it asks for`;
    say(`checkinterval = ${interval}: ${made}, ${cpuPerCheck.toFixed(2)} ms of CPU each`);
  }
}

function ofAll(interval: number): Course {
  return { reals: REALS, interval };
}

/** What ours costs with more and more real servers. */
async function growth(): Promise<void> {
  step("100 to 5,000 connect checks on this machine, checkinterval 5 (3 minutes)");
  const paces = await paced([100, 500, 2000, 5000].map((reals) => ({ reals, interval: 5 })));
  const [first] = paces;
  for (const { reals, ratio, cpuPerCheck, pssMegabytes } of paces) {
    const cpu = `${cpuPerCheck.toFixed(2)} ms of CPU per check (${(cpuPerCheck / first.cpuPerCheck).toFixed(2)} ×)`;
    const pss = `${pssMegabytes.toFixed(1)} MB (${(pssMegabytes / first.pssMegabytes).toFixed(2)} ×)`;
    const more = (pssMegabytes - first.pssMegabytes) * 1024 / (reals - first.reals);
    const each = reals === first.reals ? "" : `, ${more.toFixed(1)} kB per further real server`;
    say(`${reals} real servers: ${cpu}, ${pss}${each}; ${ratio.toFixed(3)} of the checks asked for`);
  }
}

/** Makes these checks in namespaces of their own on this machine. */
async function paced(courses: readonly Course[]): Promise<readonly Pace[]> {
  const script = ["run", "-A", "--no-check", "--cached-only", `${ROOT}bench/pace.ts`];
  const { success, stdout } = await new Deno.Command("unshare", {
    args: ["--map-root-user", "--net", "--mount", Deno.execPath(), ...script, BINARY, MARK, JSON.stringify(courses)],
    stderr: "inherit",
  }).output();
  const line = new TextDecoder().decode(stdout).split("\n").find((line) => line.startsWith(MARK));
  if (!success || line === undefined) fail("the measurement did not come to its end: see above");
  return JSON.parse(line.slice(MARK.length));
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
