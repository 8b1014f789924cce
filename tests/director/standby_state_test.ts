import { deepStrictEqual } from "node:assert/strict";
import { Standby } from "../../src/director/standby.ts";

type Step = "takeOver" | "leave" | "stop" | "end";

/** What is done, and then: whether the table is another's, whether it is none of ours, how often it was left. */
const ROWS:
  readonly (readonly [begin: boolean, steps: readonly Step[], expected: readonly [boolean, boolean, number]])[] = [
    [false, [], [false, false, 0]],
    [true, [], [true, true, 0]],
    [true, ["takeOver"], [false, false, 0]],
    [false, ["leave"], [true, true, 1]],
    [false, ["stop"], [false, true, 0]],
    [false, ["stop", "end"], [false, true, 1]],
    [false, ["leave", "stop", "end"], [true, true, 1]],
    [true, ["stop", "end"], [true, true, 0]],
    [true, ["takeOver", "stop", "end"], [false, true, 1]],
    [false, ["leave", "takeOver", "stop", "end"], [false, true, 2]],
  ];

for (const [begin, steps, expected] of ROWS) {
  Deno.test({
    name: `standby: ${["begins as", begin ? "standby" : "active", ...steps].join(" ")}`,
    permissions: "none",
    async fn() {
      const standby = new Standby(begin);
      let left = 0;
      const leave = () => Promise.resolve(String(++left));
      const results: (string | undefined)[] = [];
      for (const step of steps) {
        if (step === "leave" || step === "end") results.push(await standby[step](leave));
        else standby[step]();
      }
      deepStrictEqual([standby.isStandby, standby.isAway, left], expected);
      if (steps.includes("end")) deepStrictEqual(results.at(-1), left === 0 ? undefined : String(left));
    },
  });
}
