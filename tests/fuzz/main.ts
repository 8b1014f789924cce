/**
 * `deno task fuzz [protocol] [count] [seed] [first]`: so many inputs of a protocol, or of each; ends with 1 where one
 * has found a fault. An input of its number is the same each time.
 */

import { fuzz } from "./fuzz.ts";
import { rowNamed, ROWS } from "./rows.ts";

const [name = "all", count = "100000", seed = "1", first = "0"] = Deno.args;
/** Milliseconds of one turn. */
const LONGEST_TURN = 50;

for (const row of name === "all" ? ROWS : [rowNamed(name)]) {
  const start = performance.now();
  const report = await fuzz(row, {
    seed: Number(seed),
    first: Number(first),
    count: Number(count),
    longestTurn: LONGEST_TURN,
  });
  const seconds = (performance.now() - start) / 1000;
  const { heapUsed } = Deno.memoryUsage();
  console.log(
    `${row.name}: ${report.inputs} inputs in ${seconds.toFixed(0)} s, longest turn ${
      report.longestTurn.toFixed(0)
    } ms, ` +
      `heap ${(heapUsed / 2 ** 20).toFixed(0)} MB, ${JSON.stringify(report.verdicts)}` +
      (report.helperEnds > 0 ? `, the helper was killed ${report.helperEnds} times` : ""),
  );
  for (const fault of report.faults) console.log(`  ${fault}`);
  if (report.faults.length > 0) Deno.exitCode = 1;
}
