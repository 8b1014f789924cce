import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { desiredTable } from "../../src/director/desired.ts";
import { adopt, reduce } from "../../src/director/health.ts";
import { type Health, reasonFor } from "../../src/director/real_health.ts";
import { decodeRules } from "../../src/ipvs/ipvsadm/rules.ts";
import type { CheckKey } from "../../src/model/check.ts";
import { type Hold, type Orders, type RealId } from "../../src/model/orders.ts";
import type { DestinationKey } from "../../src/model/table.ts";
import { keyOf, sketchModel, verdict } from "./fixture.ts";

const REAL = "10.0.0.1:80";
const AT = "192.0.2.1:80";
const ID = `tcp:${AT} ${REAL}` as RealId;

function ordered(hold?: Hold, weight?: number): Orders {
  return new Map([[ID, {
    hold: hold && { value: hold, since: 0 },
    weight: weight === undefined ? undefined : { value: weight, since: 0 },
  }]]);
}

/** What stands in the table of 10.0.0.1:80, with the configured weight 3. */
const ROWS: [name: string, quiescent: boolean, up: boolean, orders: Orders, weight: number | undefined][] = [
  ["drained: weight 0", false, true, ordered("drain"), 0],
  ["drained and quiescent: weight 0", true, true, ordered("drain"), 0],
  ["disabled: gone", false, true, ordered("disable"), undefined],
  ["disabled and quiescent: weight 0", true, true, ordered("disable"), 0],
  ["drained, and then it dies: gone", false, false, ordered("drain"), undefined],
  ["drained, and then it dies, quiescent: weight 0", true, false, ordered("drain"), 0],
  ["given another weight", false, true, ordered(undefined, 7), 7],
  ["given weight 0", false, true, ordered(undefined, 0), 0],
  ["given another weight, but dead: gone", false, false, ordered(undefined, 7), undefined],
  ["given another weight, but drained: weight 0", false, true, ordered("drain", 7), 0],
  ["no orders: its own weight", false, true, new Map(), 3],
];

for (const [name, quiescent, up, orders, weight] of ROWS) {
  Deno.test({
    name: `orders: ${name}`,
    permissions: "none",
    fn: () => {
      const model = sketchModel({ at: AT, reals: [`${REAL} weight 3`], options: { quiescent } });
      let health: Health = adopt(model, new Map(), new Map(), 0);
      for (const passed of up ? [true] : [true, false]) {
        const rounds = [{ check: REAL as string as CheckKey, result: verdict(passed), at: 1 }];
        health = reduce(health, { type: "rounds", rounds }, model);
      }
      health = reduce(health, { type: "orders", orders }, model);
      const wanted = desiredTable(model, health).table.get(keyOf(AT))!;
      strictEqual(wanted.destinations.get(REAL as DestinationKey)?.weight, weight);
    },
  });
}

Deno.test({
  name: "orders: an operator's weight goes before the one that a check asks for",
  permissions: "none",
  fn: () => {
    const model = sketchModel({ at: AT, reals: [`${REAL} weight 10`] });
    const asking = { ...verdict(true), up: true as const, weight: { percent: 50 } };
    let health = adopt(model, new Map(), new Map(), 0);
    health = reduce(health, {
      type: "rounds",
      rounds: [{ check: REAL as string as CheckKey, result: asking, at: 1 }],
    }, model);
    const weightWith = (orders: Orders) => {
      const after = reduce(health, { type: "orders", orders }, model);
      return desiredTable(model, after).table.get(keyOf(AT))!.destinations.get(REAL as DestinationKey)?.weight;
    };
    deepStrictEqual([weightWith(new Map()), weightWith(ordered(undefined, 8))], [5, 8]);
  },
});

Deno.test({
  name: "orders: when all are drained the fallback serves, and the reason names the operator",
  permissions: "none",
  fn: () => {
    const model = sketchModel({ at: AT, reals: [REAL], fallback: "127.0.0.1:80" });
    const table = decodeRules(`-A -t ${AT} -s wrr\n-a -t ${AT} -r ${REAL} -m -w 1`);
    const health = reduce(adopt(model, table, new Map(), 0), { type: "orders", orders: ordered("drain") }, model);
    const wanted = desiredTable(model, health).table.get(keyOf(AT))!.destinations;
    deepStrictEqual([...wanted.values()].map(({ role, weight }) => [role, weight]), [["quiescent", 0], [
      "fallback",
      1,
    ]]);
    strictEqual(reasonFor(health.get(keyOf(AT))!.reals.get(REAL as DestinationKey)!), "drained by the operator");
  },
});
