/**
 * `deno task bench [part…]`: ours beside keepalived, and in one part the Perl program, on the same servers, in the lab; and
 * whether ours sustains intervals below a second, on this machine itself.
 */

import { runInUml, sweepLeftOvers } from "../tests/lab/uml/boot.ts";
import { BINARY, build } from "../tools/build.ts";
import { setup } from "../tools/setup.ts";
import { dim, fail, say, step } from "../tools/terminal.ts";
import { comparison } from "./comparison.ts";
import { crashTable } from "./crash_table.ts";
import { growthTable } from "./growth_table.ts";
import { statusTable } from "./status_table.ts";
import { tableComparison } from "./large_table_text.ts";
import type { Course, Pace, Results } from "./result.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const MARK = "RESULTS ";
const LIMIT_SECONDS = 3600;

/** What is measured, by the words that select it; `fractions` on this machine itself, the others in the lab. */
const PARTS: Readonly<Record<keyof Results | "fractions", string>> = {
  servers: "500 http servers in 20 virtual services, checkinterval 1, checktimeout 3 (8 minutes)",
  table: "10,000 destinations in 100 virtual services, no checks (4 minutes)",
  crash: "12 http servers, checkinterval 10, their processes killed one after the other (5 minutes)",
  growth: "100 to 5,000 http servers, checkinterval 5 (10 minutes)",
  status: "1,000 http servers, checkinterval 20, asked how they are (1 minute)",
  fractions: "500 connect checks at intervals of a second and below (1 minute)",
};

const parts = Deno.args.length > 0 ? Deno.args : Object.keys(PARTS);
const unknown = parts.find((part) => !(part in PARTS));
if (unknown !== undefined) fail(`unexpected argument '${unknown}': the parts are ${Object.keys(PARTS).join(", ")}`);

await setup();
await build();
await sweepLeftOvers();
for (const [part, what] of Object.entries(PARTS)) if (parts.includes(part)) step(what);
const inLab = parts.filter((part) => part !== "fractions");
if (inLab.length > 0) await measureInLab(inLab);
if (parts.includes("fractions")) await fractions();

async function measureInLab(parts: readonly string[]): Promise<void> {
  let results: Results | undefined;
  await runInUml({
    command: [
      Deno.execPath(),
      "run",
      "-A",
      "--no-check",
      "--cached-only",
      `${ROOT}bench/measure.ts`,
      BINARY,
      MARK,
      ...parts,
    ],
    directory: ROOT,
    environment: { HOME: Deno.env.get("HOME") ?? "/root", NO_COLOR: "1" },
    seconds: LIMIT_SECONDS,
    memory: "3G",
  }, (line) => {
    if (line.startsWith(MARK)) results = JSON.parse(line.slice(MARK.length));
    else say(dim(`    ${line}`));
  });
  if (!results) fail("the measurement did not come to its end: see above");
  const { servers, table, crash, growth, status } = results;
  if (servers) {
    say(`\n${comparison(servers)}`);
    say(
      "Silent: every packet to these servers is dropped. CPU: user and system time of all of a program's processes,",
    );
    say(
      "over the requests that the web server counted. Memory: PSS. Net of start: without what `--version` takes there.",
    );
    say("Ours and keepalived: the median of three runs, in turns.");
  }
  if (crash) {
    say(`\n${crashTable(crash)}`);
    say("From kill -9 of a real server's process until the kernel's table is without the server.");
  }
  if (table) {
    say(`\n${tableComparison(table)}`);
    say("The median of three runs, in turns, and their least and most. ipvsadm -R reads the same rules.");
  }
  if (growth) {
    say(`\n${growthTable(growth)}`);
    say("CPU and memory as above, the median of three windows of 12 s in one run; ratios to the fewest real servers.");
  }
  if (status) {
    say(`\n${statusTable(status)}`);
    say("From the command, or the signal, until the answer is complete; keepalived writes a file. Ten questions each.");
  }
}

/** Whether ours sustains intervals below a second. */
async function fractions(): Promise<void> {
  for (
    const { interval, ratio, checksPerSecond, cpuPerCheck } of await paced(
      [1, 0.5, 0.2].map((interval) => ({ reals: 500, interval })),
    )
  ) {
    const made = `${checksPerSecond.toFixed(0)} checks a second, ${ratio.toFixed(3)} of what it asks for`;
    say(`checkinterval = ${interval}: ${made}, ${cpuPerCheck.toFixed(2)} ms of CPU each`);
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
