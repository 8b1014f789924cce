import { deepStrictEqual } from "node:assert/strict";
import { type CheckHealth, reduceCheck, unverified, verdictOf } from "../../src/director/check_health.ts";
import type { CheckResult } from "../../src/model/check.ts";
import type { VirtualService } from "../../src/model/virtual_service.ts";
import { keyOf, sketchModel } from "./fixture.ts";

const AT = "192.0.2.1:80";
const REAL = "10.0.0.1:80";

/** What an agent's round finds: its word, or nothing. */
const ANSWERS: Readonly<Record<string, CheckResult>> = {
  drain: { up: true, detail: "the agent says drain", weight: { percent: 0 } },
  half: { up: true, detail: "the agent says 50%", weight: { percent: 50 } },
  up: { up: true, detail: "the agent says up" },
  down: { up: false, why: "reported", detail: "the agent says down" },
  silent: { up: false, why: "refused", detail: "connection refused" },
  garbage: { up: false, why: "mismatch", detail: "the agent did not report a state: hm" },
};

/** Name, `agenthold`, rounds ten seconds apart, and what then holds after each. */
const ROWS: readonly (readonly [name: string, hold: number, rounds: string, views: string])[] = [
  ["one that never spoke is ignored", Infinity, "silent silent", "up up"],
  ["its last word holds until it speaks again", Infinity, "drain silent silent silent up", "up@0 up@0 up@0 up@0 up"],
  ["down holds as well", Infinity, "down silent silent half", "down down down up@50"],
  ["what is not understood is no word", Infinity, "half garbage garbage drain", "up@50 up@50 up@50 up@0"],
  ["for agenthold, then it is ignored", 20, "drain silent silent silent silent", "up@0 up@0 up@0 up up"],
  ["and down as well", 20, "down silent silent silent silent", "down down down up up"],
  [
    "the time begins anew when it has spoken",
    20,
    "drain silent silent drain silent silent",
    "up@0 up@0 up@0 up@0 up@0 up@0",
  ],
  ["with 0 it is ignored at once", 0, "drain silent drain", "up@0 up up@0"],
  ["up has nothing that could hold", 20, "up silent silent", "up up up"],
];

for (const [name, agentHold, rounds, views] of ROWS) {
  Deno.test({
    name: `agenthold: ${name}`,
    permissions: "none",
    fn: () => {
      const virtual = sketchModel({ at: AT, reals: [REAL], options: { agentHold } }).virtuals.get(keyOf(AT))!;
      deepStrictEqual(play(virtual, rounds.split(" ")).map(shown), views.split(" "));
    },
  });
}

Deno.test({
  name: "agenthold: it is said that the agent is silent, once, and what it says next",
  permissions: "none",
  fn: () => {
    const virtual = sketchModel({ at: AT, reals: [REAL] }).virtuals.get(keyOf(AT))!;
    const reasons = play(virtual, ["drain", "silent", "silent", "drain"]).map(({ reason }) => reason);
    const silent = "the agent says drain (no answer since: connection refused)";
    deepStrictEqual(reasons, ["the agent says drain", silent, silent, "the agent says drain"]);
  },
});

Deno.test({
  name: "agenthold: what a silent agent says next is the reason, also while it does not yet decide",
  permissions: "none",
  fn: () => {
    const options = { failureCount: 3 };
    const virtual = sketchModel({ at: AT, reals: [REAL], options }).virtuals.get(keyOf(AT))!;
    const reasons = play(virtual, ["half", "silent", "down"]).map(({ up, reason }) => `${up} ${reason}`);
    deepStrictEqual(reasons.at(-1), "true the agent says down");
  },
});

function play(virtual: VirtualService, rounds: readonly string[]): CheckHealth[] {
  let view = unverified(false, "waiting");
  return rounds.map((round, i) => {
    view = reduceCheck(view, verdictOf({ method: "agent" }, ANSWERS[round]), virtual, i * 10_000);
    return view;
  });
}

function shown({ up, weight }: CheckHealth): string {
  return `${up ? "up" : "down"}${weight && "percent" in weight ? `@${weight.percent}` : ""}`;
}
