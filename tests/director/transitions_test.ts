import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { adopt, type HealthEvent, reduce } from "../../src/director/health.ts";
import type { Health } from "../../src/director/real_health.ts";
import { stateOf } from "../../src/director/real_state.ts";
import { needsFallback } from "../../src/director/quorum.ts";
import { transitions } from "../../src/director/transitions.ts";
import { decodeRules } from "../../src/ipvs/ipvsadm/rules.ts";
import type { CheckKey, CheckResult } from "../../src/model/check.ts";
import type { Hold, RealId } from "../../src/model/orders.ts";
import type { DestinationKey } from "../../src/model/table.ts";
import type { Model } from "../../src/model/virtual_service.ts";
import { keyOf, sketchModel, verdict } from "./fixture.ts";

const pure = { permissions: "none" } as const;
const AT = "192.0.2.1:80";
const A = "10.0.0.1:80" as DestinationKey;
const B = "10.0.0.2:80" as DestinationKey;
const OURS: CheckResult = { up: false, why: "internal", detail: "no such command" };
const TABLE = `-A -t ${AT} -s wrr\n-a -t ${AT} -r ${A} -m -w 1\n`;

/** What happens in one step: rounds of A and B, an operator's order, a maintenance file, the end of the first second. */
type Step =
  | { readonly a?: CheckResult; readonly b?: CheckResult }
  | { readonly hold: Hold | undefined }
  | { readonly file: string | undefined }
  | "settled";

const up = verdict(true);
const down = verdict(false);

function eventsOf(step: Step): HealthEvent {
  if (step === "settled") return { type: "settled" };
  if ("hold" in step) {
    const orders = new Map(step.hold ? [[`tcp:${AT} ${A}` as RealId, { hold: { value: step.hold, since: 0 } }]] : []);
    return { type: "orders", orders };
  }
  if ("file" in step) {
    return { type: "maintenance", files: new Set(step.file === undefined ? [] : [step.file]), names: new Map() };
  }
  const rounds = Object.entries({ [A]: step.a, [B]: step.b }).flatMap(([key, result]) =>
    result ? [{ check: key as CheckKey, result, at: 1 }] : []
  );
  return { type: "rounds", rounds };
}

/** Plays steps after a start; returns what is reported, and how it is afterwards. */
function play(steps: readonly Step[], { table = "", model = sketchModel({ at: AT, reals: [A] }) } = {}) {
  let health: Health = adopt(model, decodeRules(table), new Map(), 0);
  const told = steps.flatMap((step) => {
    const before = health;
    health = reduce(before, eventsOf(step), model);
    return describe(before, health, model);
  });
  return { told, health, model };
}

function describe(before: Health, after: Health, model: Model): string[] {
  return transitions(before, after, model).flatMap((event) => {
    if (event.type === "transition") return [`${event.real.key === A ? "a" : "b"} ${event.was} ${event.is}`];
    return event.type === "fallback" ? [`virtual ${event.was} ${event.active ? "down" : "up"}`] : [];
  });
}

const ROWS: [name: string, table: string, steps: Step[], told: string[]][] = [
  ["a first round that passes", "", [{ a: up }], ["a unknown up"]],
  ["a first round that fails", "", [{ a: down }], ["a unknown down", "virtual unknown down"]],
  ["one that was in the table and passes is no news", TABLE, [{ a: up }], []],
  ["one that was in the table and fails", TABLE, [{ a: down }], ["a unknown down", "virtual unknown down"]],
  ["a check that takes long: the first second tells nothing", "", ["settled", { a: up }], ["a unknown up"]],
  ["the same, and it fails", "", ["settled", { a: down }], ["a unknown down", "virtual unknown down"]],
  ["down and back", "", [{ a: up }, { a: down }, { a: up }], [
    "a unknown up",
    "a up down",
    "virtual up down",
    "a down up",
    "virtual down up",
  ]],
  ["a check that cannot be made any more takes no real server out", "", [{ a: up }, { a: OURS }, { a: OURS }, {
    a: up,
  }], [
    "a unknown up",
    "a up unknown",
    "a unknown up",
  ]],
  ["one that can never be made brings none in", "", [{ a: OURS }], ["a unknown unknown", "virtual unknown down"]],
  ["one that was in the table stays", TABLE, [{ a: OURS }, { a: up }], ["a unknown unknown", "a unknown up"]],
  ["down, then unknown, is still out", "", [{ a: down }, { a: OURS }, { a: down }], [
    "a unknown down",
    "virtual unknown down",
    "a down unknown",
    "a unknown down",
  ]],
  ["drained and back", "", [{ a: up }, { hold: "drain" }, { hold: undefined }], [
    "a unknown up",
    "a up drained",
    "virtual up down",
    "a drained up",
    "virtual down up",
  ]],
  ["disabled while it is down", "", [{ a: down }, { hold: "disable" }, { a: up }, { hold: undefined }], [
    "a unknown down",
    "virtual unknown down",
    "a down disabled",
    "a disabled up",
    "virtual down up",
  ]],
  ["in maintenance, and dead when the file is gone", "", [{ a: up }, { file: "10.0.0.1" }, { a: down }, {
    file: undefined,
  }], ["a unknown up", "a up maintenance", "virtual up down", "a maintenance down"]],
];

for (const [name, table, steps, told] of ROWS) {
  Deno.test({ name: `told: ${name}`, ...pure, fn: () => deepStrictEqual(play(steps, { table }).told, told) });
}

Deno.test({
  name: "told: a virtual service has no real server only when the first rounds of all have been heard",
  ...pure,
  fn: () => {
    const model = sketchModel({ at: AT, reals: [A, B], fallback: "127.0.0.1:80" });
    const slow = play(["settled", { a: down }], { model });
    deepStrictEqual(slow.told, ["a unknown down"]);
    const virtual = model.virtuals.get(keyOf(AT))!;
    strictEqual(needsFallback(virtual, slow.health.get(virtual.key)!), true, "clients need not wait for that");
    deepStrictEqual(play(["settled", { a: down }, { b: up }], { model }).told, ["a unknown down", "b unknown up"]);
    deepStrictEqual(play(["settled", { a: down }, { b: down }], { model }).told.at(-1), "virtual unknown down");
  },
});

Deno.test({
  name: "told: real servers that a reload adds do not end an outage before one of them passes",
  ...pure,
  fn: () => {
    const { health } = play([{ a: down }]);
    const model = sketchModel({ at: AT, reals: [A, B] });
    const reloaded = adopt(model, new Map(), health, 2);
    deepStrictEqual(describe(health, reloaded, model), []);
    const passed = reduce(reloaded, eventsOf({ b: up }), model);
    deepStrictEqual(describe(reloaded, passed, model), ["b unknown up", "virtual down up"]);
  },
});

Deno.test({
  name: "state: one check that cannot be made is unknown, unless another one says down",
  ...pure,
  fn: () => {
    const model = sketchModel({ at: AT, reals: [A], also: [25] });
    const second = "10.0.0.1:25" as CheckKey;
    const [virtual] = model.virtuals.values();
    const [real] = virtual.reals.values();
    let health: Health = adopt(model, new Map(), new Map(), 0);
    const states = [{ check: A as string as CheckKey, result: up }, { check: second, result: OURS }, {
      check: A as string as CheckKey,
      result: down,
    }].map((round) => {
      health = reduce(health, { type: "rounds", rounds: [{ ...round, at: 1 }] }, model);
      return stateOf(real, health.get(virtual.key)!.reals.get(A));
    });
    deepStrictEqual(states, ["waiting", "unknown", "down"]);
  },
});
