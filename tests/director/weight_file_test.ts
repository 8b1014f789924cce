import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type CheckHealth, reduceCheck, unverified, verdictOf } from "../../src/director/check_health.ts";
import { adopt, reduce } from "../../src/director/health.ts";
import { fullWeight, zeroWeightReason } from "../../src/director/serving.ts";
import type { AskedWeight, Check, CheckKey, CheckResult } from "../../src/model/check.ts";
import type { DestinationKey } from "../../src/model/table.ts";
import type { Model } from "../../src/model/virtual_service.ts";
import { keyOf, sketchModel, verdict } from "./fixture.ts";

const pure = { permissions: "none" } as const;
const AT = "192.0.2.1:80";
const REAL = "10.0.0.1:80" as DestinationKey;

const percent = (percent: number): AskedWeight => ({ percent });
const absolute = (absolute: number): AskedWeight => ({ absolute });

/** What the weight file says, what the agent says, and the weight of a real server that is configured with 10. */
const WEIGHTS: [
  name: string,
  file: AskedWeight | undefined,
  agent: AskedWeight | undefined,
  weight: number,
  zero?: string,
][] = [
  ["neither says any", undefined, undefined, 10],
  ["a number stands in for the configured one", absolute(40), undefined, 40],
  ["a percentage is of the configured one", percent(50), undefined, 5],
  ["an agent's percentage is of the file's number", absolute(40), percent(50), 20],
  ["percentages are multiplied", percent(50), percent(40), 2],
  ["an agent's drain counts, whatever the file says", absolute(40), percent(0), 0, "weight 0 by the agent"],
  ["the file's 0 counts, whatever the agent says", absolute(0), percent(50), 0, "weight 0 by its weight file"],
  ["0% in the file", percent(0), undefined, 0, "weight 0 by its weight file"],
  ["a number that a check asks for counts", absolute(40), absolute(7), 7],
];

for (const [name, file, agent, weight, zero] of WEIGHTS) {
  Deno.test({
    name: `weightfile: ${name}`,
    ...pure,
    fn: () => {
      const model = withAlso(sketchModel({ at: AT, reals: [`${REAL} weight 10`] }), ["agent", "weightfile"]);
      const rounds = [[REAL, undefined], ["agent", agent], ["weightfile", file]] as const;
      const health = reduce(adopt(model, new Map(), new Map(), 0), {
        type: "rounds",
        rounds: rounds.map(([key, weight]) => ({
          check: key as string as CheckKey,
          result: { ...verdict(true), up: true as const, weight },
          at: 1,
        })),
      }, model);
      const real = model.virtuals.get(keyOf(AT))!.reals.get(REAL)!;
      const own = health.get(keyOf(AT))!.reals.get(REAL)!;
      strictEqual(fullWeight(real, own), weight);
      strictEqual(zeroWeightReason(real, own), zero);
    },
  });
}

/** What rounds of a weight file find. */
const FOUND: Readonly<Record<string, CheckResult>> = {
  five: { up: true, detail: "/w says 5", weight: { absolute: 5 } },
  gone: { up: true, detail: "configured; /w is not there", warning: "/w is not there" },
  senseless: { up: true, detail: "configured; /w has no weight", warning: "/w has no weight" },
  hangs: { up: false, why: "timeout", detail: "no answer within 5 s" },
  broken: { up: false, why: "internal", detail: "out of memory" },
};

Deno.test({
  name: "weightfile: without a weight the configured one holds at once, and the newest reason is shown",
  ...pure,
  fn: () => {
    const [virtual] = sketchModel({ at: AT, reals: [REAL] }).virtuals.values();
    let view: CheckHealth = unverified(false, "waiting");
    const shown = ["five", "gone", "senseless", "five", "hangs", "five", "broken"].map((name, i) => {
      view = reduceCheck(view, verdictOf({ method: "weightfile" }, FOUND[name]), virtual, i * 1000);
      strictEqual(view.up, true);
      return [view.weight && "absolute" in view.weight ? view.weight.absolute : "none", view.reason];
    });
    deepStrictEqual(shown, [
      [5, "/w says 5"],
      ["none", "configured; /w is not there"],
      ["none", "configured; /w has no weight"],
      [5, "/w says 5"],
      ["none", "the configured weight holds; no answer within 5 s"],
      [5, "/w says 5"],
      ["none", "the configured weight holds; out of memory"],
    ]);
  },
});

/** The same model; its real servers have these further checks, with their names as keys. */
function withAlso(model: Model, methods: readonly ("agent" | "weightfile")[]): Model {
  const virtuals = [...model.virtuals].map(([key, virtual]) => {
    const reals = [...virtual.reals].map(([name, real]) => {
      if (real.policy.kind !== "checked") throw new Error(`${name} is not checked`);
      const { check } = real.policy;
      const also = methods.map((method): Check => ({ ...check, key: method as string as CheckKey, method }));
      return [name, { ...real, policy: { ...real.policy, also } }] as const;
    });
    return [key, { ...virtual, reals: new Map(reals) }] as const;
  });
  return { ...model, virtuals: new Map(virtuals) };
}
