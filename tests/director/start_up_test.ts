import { deepStrictEqual } from "node:assert/strict";
import type { CheckKey } from "../../src/model/check.ts";
import { StartUp } from "../../src/director/start_up.ts";
import { FakeClock } from "./fake_clock.ts";

const [A, B] = ["a", "b"] as CheckKey[];

/** What is known after so many milliseconds of a start in which that has been done. */
const ROWS: readonly (readonly [what: string, work: (startUp: StartUp) => void, at: number, expected: string[]])[] = [
  ["one check has not spoken", (start) => start.take([A]), 100, []],
  ["one check has not spoken, half a second later", (start) => start.take([A]), 500, ["most"]],
  ["all checks have spoken", (start) => start.take([A, B]), 0, ["most", "all"]],
  ["they speak one after the other", (start) => [[A], [B]].forEach((keys) => start.take(keys)), 0, ["most", "all"]],
  ["a reload has taken away what has not spoken", (start) => [start.keep([A]), start.take([A])], 0, ["most", "all"]],
  ["a reload has brought one more", (start) => [start.expect(["c" as CheckKey]), start.take([A, B])], 0, []],
  ["a reload has kept one that has spoken", (start) => [start.take([A]), start.keep([A, B])], 0, []],
  ["it waits no longer", (start) => start.settle(), 0, ["most", "all"]],
];

for (const [what, work, at, expected] of ROWS) {
  Deno.test({
    name: `start-up: ${what}`,
    permissions: "none",
    async fn() {
      const clock = new FakeClock();
      const startUp = new StartUp(clock);
      startUp.expect([A, B]);
      const seen: string[] = [];
      void startUp.mostVerdicts().then(() => seen.push("most"));
      void startUp.verdicts.then(() => seen.push("all"));
      work(startUp);
      await clock.advance(at);
      deepStrictEqual(seen.sort().reverse(), expected);
    },
  });
}
