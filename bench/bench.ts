/**
 * `deno task bench`: ours, keepalived and the Perl program on the same servers, side by side, in the lab.
 */

import { runInUml, sweepLeftOvers } from "../tests/lab/uml/boot.ts";
import { BINARY, build } from "../tools/build.ts";
import { setup } from "../tools/setup.ts";
import { dim, fail, say, step } from "../tools/terminal.ts";
import { REALS, SILENT, VIRTUALS } from "./farm.ts";
import { comparison } from "./comparison.ts";
import type { Result } from "./result.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const MARK = "RESULTS ";
const LIMIT_SECONDS = 1200;

await setup();
await build();
await sweepLeftOvers();
step(`${REALS} http servers in ${VIRTUALS} virtual services, checkinterval 1, checktimeout 3 (8 minutes)`);
let results: readonly Result[] | undefined;
await runInUml({
  command: [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${ROOT}bench/measure.ts`, BINARY, MARK],
  directory: ROOT,
  environment: { HOME: Deno.env.get("HOME") ?? "/root", NO_COLOR: "1" },
  seconds: LIMIT_SECONDS,
  memory: "3G",
}, (line) => {
  if (line.startsWith(MARK)) results = JSON.parse(line.slice(MARK.length));
  else say(dim(`    ${line}`));
});
if (!results) fail("the measurement did not come to its end: see above");
say();
say(comparison(results));
say(
  `Silent: every packet to ${SILENT} of the servers is dropped. CPU: user and system time of all of a program's processes,`,
);
say("over the requests that the web server counted. Memory: PSS. Net of start: without what `--version` takes there.");
say("Ours and keepalived: the median of three runs, in turns.");
