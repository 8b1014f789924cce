/**
 * `deno task bench [checks|table …]`: ours, keepalived and the Perl program on the same servers, side by side, in the lab; and
 * a large table, beside keepalived and `ipvsadm -R`.
 */

import { runInUml, sweepLeftOvers } from "../tests/lab/uml/boot.ts";
import { BINARY, build } from "../tools/build.ts";
import { setup } from "../tools/setup.ts";
import { dim, fail, say, step } from "../tools/terminal.ts";
import { REALS, SILENT, VIRTUALS } from "./farm.ts";
import { comparison, tableComparison } from "./comparison.ts";
import type { Result, TableResult } from "./result.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const MARK = "RESULTS ";
const LIMIT_SECONDS = 1200;

await setup();
await build();
await sweepLeftOvers();
const parts = Deno.args.length > 0 ? Deno.args : ["checks", "table"];
if (parts.includes("checks")) await compareChecks();
if (parts.includes("table")) await compareTables();

async function compareChecks(): Promise<void> {
  step(`${REALS} http servers in ${VIRTUALS} virtual services, checkinterval 1, checktimeout 3 (8 minutes)`);
  const results = await measured<readonly Result[]>("measure.ts");
  say();
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
  say();
  say(tableComparison(results));
  say("The median of three runs, in turns, and their least and most. ipvsadm -R reads the same rules.");
}

/** What a script measures in the lab. */
async function measured<T>(script: string): Promise<T> {
  let results: T | undefined;
  await runInUml({
    command: [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${ROOT}bench/${script}`, BINARY, MARK],
    directory: ROOT,
    environment: { HOME: Deno.env.get("HOME") ?? "/root", NO_COLOR: "1" },
    seconds: LIMIT_SECONDS,
    memory: "3G",
  }, (line) => {
    if (line.startsWith(MARK)) results = JSON.parse(line.slice(MARK.length));
    else say(dim(`    ${line}`));
  });
  return results ?? fail("the measurement did not come to its end: see above");
}
