import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { healthCountsOf } from "../../src/director/health_counts.ts";
import { desiredTable } from "../../src/director/desired.ts";
import { adopt, reduce } from "../../src/director/health.ts";
import type { Health } from "../../src/director/real_health.ts";
import { needsFallback } from "../../src/director/quorum.ts";
import { isServing, zeroWeightReason } from "../../src/director/serving.ts";
import type { AskedWeight, CheckKey, CheckMethod } from "../../src/model/check.ts";
import type { RealId } from "../../src/model/orders.ts";
import type { DestinationKey } from "../../src/model/table.ts";
import type { Model, VirtualService } from "../../src/model/virtual_service.ts";
import { keyOf, sketchModel, verdict } from "./fixture.ts";

const AT = "192.0.2.1:80";
const REAL = "10.0.0.1:80" as DestinationKey;
const FALLBACK = "127.0.0.1:80" as DestinationKey;
const ID = `tcp:${AT} ${REAL}` as RealId;

/** What wants the only real server's weight, and then why it does not serve; `undefined` = it serves. */
const ROWS: [
  name: string,
  configured: number,
  method: CheckMethod,
  asked: AskedWeight | undefined,
  ordered: number | undefined,
  reason: string | undefined,
][] = [
  ["its configured weight is 1", 1, "negotiate", undefined, undefined, undefined],
  ["its configured weight is 0", 0, "negotiate", undefined, undefined, "weight 0 in the configuration"],
  ["its agent says drain", 5, "agent", { percent: 0 }, undefined, "weight 0 by the agent"],
  ["its check asks for 0", 5, "negotiate", { absolute: 0 }, undefined, "weight 0 by the check"],
  ["its agent says 1%", 5, "agent", { percent: 1 }, undefined, undefined],
  ["its agent says 50% of a configured 0", 0, "agent", { percent: 50 }, undefined, "weight 0 in the configuration"],
  ["its check asks for 3 instead of a configured 0", 0, "negotiate", { absolute: 3 }, undefined, undefined],
  ["its weight file says 0", 5, "weightfile", { absolute: 0 }, undefined, "weight 0 by its weight file"],
  ["its weight file says 3 instead of a configured 0", 0, "weightfile", { absolute: 3 }, undefined, undefined],
  ["its weight file says 50% of 0", 0, "weightfile", { percent: 50 }, undefined, "weight 0 in the configuration"],
  ["its weight file says nothing", 5, "weightfile", undefined, undefined, undefined],
  ["the operator orders 4 instead of its weight file's 0", 5, "weightfile", { absolute: 0 }, 4, undefined],
  ["the operator orders 0", 5, "negotiate", undefined, 0, "weight 0 by the operator"],
  ["the operator orders 4 instead of a configured 0", 0, "negotiate", undefined, 4, undefined],
  ["the operator orders 4 instead of the agent's 0", 5, "agent", { percent: 0 }, 4, undefined],
];

for (const [name, configured, method, asked, ordered, reason] of ROWS) {
  Deno.test({
    name: `serving: the fallback is ${
      reason === undefined ? "out" : "in"
    } when a passing real server is alone and ${name}`,
    permissions: "none",
    fn: () => {
      const model = checkedBy(
        method,
        sketchModel({ at: AT, reals: [`${REAL} weight ${configured}`], fallback: FALLBACK }),
      );
      const virtual = model.virtuals.get(keyOf(AT))!;
      let health: Health = adopt(model, new Map(), new Map(), 0);
      const result = { ...verdict(true), up: true as const, weight: asked };
      health = reduce(
        health,
        { type: "rounds", rounds: [{ check: REAL as string as CheckKey, result, at: 1 }] },
        model,
      );
      const orders = new Map(ordered === undefined ? [] : [[ID, { weight: { value: ordered, since: 0 } }]]);
      health = reduce(health, { type: "orders", orders }, model);

      const own = health.get(virtual.key)!;
      const real = virtual.reals.get(REAL)!;
      strictEqual(zeroWeightReason(real, own.reals.get(REAL)!), reason);
      strictEqual(isServing(real, own.reals.get(REAL)!), reason === undefined);
      strictEqual(needsFallback(virtual, own), reason !== undefined);
      const unserved = reason === undefined ? [] : [virtual];
      const serving = reason === undefined ? 1 : 0;
      deepStrictEqual(healthCountsOf(model, health), { serving, total: 1, unknown: 0, unserved, unjudged: [] });
      const { destinations } = desiredTable(model, health).table.get(virtual.key)!;
      strictEqual(destinations.has(FALLBACK), reason !== undefined);
      strictEqual(
        destinations.get(REAL)?.weight === 0,
        reason !== undefined,
        "it stays in the table, quiescent or not",
      );
    },
  });
}

Deno.test({
  name: "serving: the first step of a slow start serves",
  permissions: "none",
  fn: () => {
    const model = sketchModel({ at: AT, reals: [`${REAL} weight 5`], fallback: FALLBACK, options: { slowStart: 60 } });
    const virtual = model.virtuals.get(keyOf(AT))!;
    let health: Health = adopt(model, new Map(), new Map(), 0);
    for (const up of [false, true]) {
      const rounds = [{ check: REAL as string as CheckKey, result: verdict(up), at: 1 }];
      health = reduce(health, { type: "rounds", rounds }, model);
    }
    strictEqual(health.get(virtual.key)!.reals.get(REAL)!.share, 0);
    strictEqual(needsFallback(virtual, health.get(virtual.key)!), false);
  },
});

/** The model with the checks of all real servers made by that method. */
function checkedBy(method: CheckMethod, model: Model): Model {
  const virtuals = [...model.virtuals].map(([key, virtual]) => {
    const reals = [...virtual.reals].map(([realKey, real]) => {
      const { policy } = real;
      const changed = policy.kind === "checked" ? { ...policy, check: { ...policy.check, method } } : policy;
      return [realKey, { ...real, policy: changed }] as const;
    });
    return [key, { ...virtual, reals: new Map(reals) } satisfies VirtualService] as const;
  });
  return { ...model, virtuals: new Map(virtuals) };
}
