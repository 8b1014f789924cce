import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { desiredTable } from "../../src/director/desired.ts";
import { adopt, type HealthEvent, reduce } from "../../src/director/health.ts";
import type { Health } from "../../src/director/real_health.ts";
import { transitions } from "../../src/director/transitions.ts";
import type { CheckKey } from "../../src/model/check.ts";
import { type Orders, type RealId, realId } from "../../src/model/orders.ts";
import type { DestinationKey } from "../../src/model/table.ts";
import type { Model } from "../../src/model/virtual_service.ts";
import { decodeRules } from "../../src/ipvs/ipvsadm/rules.ts";
import { keyOf, sketchModel, verdict, type VirtualSketch } from "./fixture.ts";

const AT = "192.0.2.1:80";
const FALLBACK = "127.0.0.1:80";
/** Four real servers, the last of which weighs as much as two. */
const REALS = ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80", "10.0.0.4:80 weight 2"];

function modelOf(options: VirtualSketch["options"], fallback: string | undefined = FALLBACK): Model {
  return sketchModel({ at: AT, reals: REALS, fallback, options });
}

/** One letter a real server: `+` its check passed, `-` failed, a space none was made. */
function rounds(text: string): HealthEvent {
  const all = [...text].flatMap((sign, i) => {
    if (sign === " ") return [];
    return [{ check: REALS[i].split(" ")[0] as string as CheckKey, result: verdict(sign === "+"), at: 1 }];
  });
  return { type: "rounds", rounds: all };
}

/** Weights in the table: one a real server, `-` where it is not there, and `F` where the fallback is. */
function tableOf(model: Model, health: Health): string {
  const { destinations } = desiredTable(model, health).table.get(keyOf(AT))!;
  const weights = REALS.map((text) => destinations.get(text.split(" ")[0] as DestinationKey)?.weight ?? "-");
  return weights.join("") + (destinations.has(FALLBACK as DestinationKey) ? "F" : "");
}

/** What rounds say one after the other, and what then stands in the table. */
const ROWS: [name: string, options: VirtualSketch["options"], steps: [said: string, table: string][]][] = [
  ["with the quorum of 1 the last real server serves", {}, [["++++", "1112"], ["---+", "---2"], ["----", "----F"]]],
  ["the weight counts, not the number", { quorum: 2 }, [["++++", "1112"], ["---+", "---2"], ["---- ", "----F"]]],
  ["below it the fallback serves, and what is up waits at weight 0", { quorum: 3 }, [
    ["++++", "1112"],
    ["--++", "--12"],
    ["---+", "---0F"],
    ["++--", "00--F"],
    ["+++-", "111-"],
  ]],
  ["a quiescent real server that is down is at weight 0 as well", { quorum: 3, quiescent: true }, [
    ["++++", "1112"],
    ["-+--", "0000F"],
  ]],
  ["back at quorum and hysteresis", { quorum: 2, hysteresis: 2 }, [
    ["++++", "1112"],
    ["++--", "11--"],
    ["+---", "0---F"],
    ["++--", "00--F"],
    ["+++-", "000-F"],
    ["++-+", "11-2"],
    ["++--", "11--"],
  ]],
  ["failopen: so few are up that all are kept", { failOpen: 50 }, [
    ["++++", "1112"],
    ["++--", "11--"],
    ["+---", "1112"],
    ["----", "1112"],
    ["++--", "11--"],
  ]],
  ["failopen goes before the quorum", { failOpen: 50, quorum: 4 }, [
    ["++++", "1112"],
    ["++--", "00--F"],
    ["+---", "1112"],
  ]],
];

for (const [name, options, steps] of ROWS) {
  Deno.test({
    name: `quorum: ${name}`,
    permissions: "none",
    fn: () => {
      const model = modelOf(options);
      let health: Health = adopt(model, new Map(), new Map(), 0);
      for (const [said, table] of steps) {
        health = reduce(health, rounds(said), model);
        strictEqual(`${said}: ${tableOf(model, health)}`, `${said}: ${table}`);
      }
    },
  });
}

const pure = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

pure("quorum: without a fallback what is up goes on serving", () => {
  const model = sketchModel({ at: AT, reals: REALS, options: { quorum: 3 } });
  const health = reduce(adopt(model, new Map(), new Map(), 0), rounds("+---"), model);
  strictEqual(tableOf(model, health), "1---");
  strictEqual(health.get(keyOf(AT))?.service, "down");
});

pure("quorum: at a start it is open until so many have spoken that the rest makes no difference", () => {
  const model = modelOf({ quorum: 3 });
  let health: Health = adopt(model, new Map(), new Map(), 0);
  const states = ["+   ", " -  ", "  - ", "   +"].map((said) => {
    health = reduce(health, rounds(said), model);
    return health.get(keyOf(AT))?.service;
  });
  deepStrictEqual(states, ["unknown", "unknown", "unknown", "up"]);
  health = reduce(adopt(model, new Map(), new Map(), 0), rounds("+-- "), model);
  strictEqual(health.get(keyOf(AT))?.service, "unknown");
  health = reduce(health, rounds("   -"), model);
  strictEqual(health.get(keyOf(AT))?.service, "down");
});

pure("quorum: a restart that finds the fallback in the table waits for the hysteresis as before", () => {
  const model = modelOf({ quorum: 2, hysteresis: 2 });
  const table = decodeRules(`-A -t ${AT} -s wrr\n-a -t ${AT} -r ${FALLBACK} -m -w 1`);
  let health: Health = adopt(model, table, new Map(), 0);
  health = reduce(health, rounds("+++-"), model);
  strictEqual(tableOf(model, health), "000-F");
  health = reduce(health, rounds("++++"), model);
  strictEqual(tableOf(model, health), "1112");
});

pure("quorum: what is held out does not count, and a weight of the operator's does", () => {
  const model = modelOf({ quorum: 3 });
  const key = keyOf(AT);
  const id = (real: string): RealId => realId(key, real as DestinationKey);
  let health = reduce(adopt(model, new Map(), new Map(), 0), rounds("++-+"), model);
  const weighted: Orders = new Map([[id("10.0.0.4:80"), { weight: { value: 1, since: 0 } }]]);
  health = reduce(health, { type: "orders", orders: weighted }, model);
  strictEqual(tableOf(model, health), "11-1");
  const drained: Orders = new Map([...weighted, [id("10.0.0.1:80"), { hold: { value: "drain", since: 0 } }]]);
  health = reduce(health, { type: "orders", orders: drained }, model);
  strictEqual(tableOf(model, health), "00-0F");
});

pure("failopen: those that are held out are not counted and not kept", () => {
  const model = modelOf({ failOpen: 60 });
  const held = new Map(
    ["10.0.0.1:80", "10.0.0.2:80"].map((real) =>
      [realId(keyOf(AT), real as DestinationKey), { hold: { value: "disable" as const, since: 0 } }] as const
    ),
  );
  let health = reduce(adopt(model, new Map(), new Map(), 0), { type: "orders", orders: held }, model);
  health = reduce(health, rounds("++++"), model);
  strictEqual(tableOf(model, health), "--12");
  health = reduce(health, rounds("+++-"), model);
  strictEqual(tableOf(model, health), "--12");
});

pure("failopen: where all have weight 0 the fallback stays", () => {
  const model = modelOf({ failOpen: 60 });
  const weightless = new Map(
    REALS.map((text) =>
      [realId(keyOf(AT), text.split(" ")[0] as DestinationKey), { weight: { value: 0, since: 0 } }] as const
    ),
  );
  let health = reduce(adopt(model, new Map(), new Map(), 0), { type: "orders", orders: weightless }, model);
  health = reduce(health, rounds("----"), model);
  strictEqual(tableOf(model, health), "----F");
});

pure("quorum: what is reported, with the weights that decided", () => {
  const model = modelOf({ quorum: 2, hysteresis: 1, failOpen: 20 });
  let health: Health = adopt(model, new Map(), new Map(), 0);
  const told = ["++++", "+---", "++--", "+++-", "----"].flatMap((said) => {
    const before = health;
    health = reduce(before, rounds(said), model);
    return transitions(before, health, model).flatMap((event) => {
      if (event.type === "quorum") return [`${event.was} ${event.is} ${event.quorum.serving}/${event.quorum.needed}`];
      return event.type === "fail-open" ? [`fail open ${event.active} ${event.up}/${event.counted}`] : [];
    });
  });
  deepStrictEqual(told, ["unknown up 5/2", "up down 1/2", "down up 3/3", "up down 0/2", "fail open true 0/4"]);
});
