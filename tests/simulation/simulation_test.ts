import { deepStrictEqual, ok } from "node:assert/strict";
import { play } from "./run.ts";
import { scenarioOf } from "./scenario.ts";
import { shorten } from "./shorten.ts";

/** Seeds in a run; `deno task simulate` plays more. */
const SEEDS = 300;

for (const calm of [true, false]) {
  const table = calm ? "a table without faults" : "a table that fails, refuses, dies and reads wrong";
  Deno.test(`simulation: ${SEEDS} scenarios over ${table} break no promise`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const scenario = scenarioOf(seed, calm);
      const { violations } = await play(scenario);
      if (violations.length === 0) continue;
      const { timeline } = await play(await shorten(scenario));
      ok(false, `seed ${seed}: ${violations[0]}\n${timeline.join("\n")}`);
    }
  });
}

Deno.test("simulation: the same seed gives the same timeline", async () => {
  const [first, second] = [await play(scenarioOf(7)), await play(scenarioOf(7))];
  ok(first.timeline.length > 0);
  deepStrictEqual(first.timeline, second.timeline);
});
