import { deepStrictEqual } from "node:assert/strict";
import { fuzz } from "./fuzz.ts";
import { ROWS } from "./rows.ts";

/** Inputs of each protocol in a test run; `deno task fuzz` makes a hundred thousand. */
const SLICE = 300;

/** Far beyond what is allowed: a test must not fail because the machine is busy. */
const LONGEST_TURN = 250;

for (const row of ROWS) {
  Deno.test(`fuzz: hostile replies to ${row.name} do no harm`, { sanitizeResources: false }, async () => {
    const report = await fuzz(row, { seed: 7, first: 0, count: SLICE, longestTurn: LONGEST_TURN });
    deepStrictEqual(report.faults, []);
  });
}
