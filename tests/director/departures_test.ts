import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { adopt, type HealthEvent, reduce } from "../../src/director/health.ts";
import { desiredTable } from "../../src/director/desired.ts";
import { type Departures, departuresAfter, withDepartures, withoutEnded } from "../../src/director/departures.ts";
import { type Counters, NONE } from "../../src/ipvs/counters.ts";
import type { CheckKey } from "../../src/model/check.ts";
import type { DestinationKey } from "../../src/model/table.ts";
import type { Model } from "../../src/model/virtual_service.ts";
import { keyOf, sketchModel, verdict } from "./fixture.ts";

const AT = "192.0.2.1:80";
const [A, B, C] = ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"];
const pure = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

function modelOf(reals: readonly string[], removalDrain = 30): Model {
  return sketchModel({ at: AT, reals, options: { removalDrain } });
}

/** How it is after rounds of all real servers: those that are named have failed. */
function before(model: Model, ...down: string[]) {
  const rounds = [A, B, C].map((real) => ({
    check: real as string as CheckKey,
    result: verdict(!down.includes(real)),
    at: 1,
  }));
  const event: HealthEvent = { type: "rounds", rounds };
  const health = reduce(adopt(model, new Map(), new Map(), 0), event, model);
  return { model, health, desired: desiredTable(model, health).table };
}

function shown(departures: Departures): string[] {
  return [...departures].flatMap(([key, { destinations }]) =>
    [...destinations].map(([real, { until }]) => `${key} ${real} ${until}`)
  );
}

function counted(real: string, weight: number, active: number): Counters {
  const destination = { weight, active, inactive: 9, totals: NONE, rates: NONE };
  const destinations = new Map([[real as DestinationKey, destination]]);
  return new Map([[keyOf(AT), { totals: NONE, rates: NONE, destinations }]]);
}

pure("removaldrain: what a reload removes stays at weight 0 for its time, but not what is down", () => {
  const old = before(modelOf([A, B, C]), C);
  const next = modelOf([A]);
  const departures = departuresAfter(new Map(), old, next, 1_000);
  deepStrictEqual(shown(departures), [`tcp:${AT} ${B} 31000`]);
  const table = withDepartures(before(next).desired, departures).get(keyOf(AT))!;
  const entries = [...table.destinations].map(([real, { weight, role }]) => `${real} ${weight} ${role}`);
  deepStrictEqual(entries, [`${A} 1 serving`, `${B} 0 draining`]);
});

pure("removaldrain: the new configuration says how long, and the old one of a virtual service that is gone", () => {
  const old = before(modelOf([A, B], 5));
  deepStrictEqual(shown(departuresAfter(new Map(), old, modelOf([A], 60), 0)), [`tcp:${AT} ${B} 60000`]);
  deepStrictEqual(shown(departuresAfter(new Map(), old, modelOf([A], 0), 0)), []);
  const other = sketchModel({ at: "192.0.2.2:80", reals: [A] });
  const gone = departuresAfter(new Map(), old, other, 0);
  deepStrictEqual(shown(gone), [`tcp:${AT} ${A} 5000`, `tcp:${AT} ${B} 5000`]);
  const service = withDepartures(before(other).desired, gone).get(keyOf(AT))!;
  deepStrictEqual([...service.destinations.values()].map(({ weight }) => weight), [0, 0]);
});

pure("removaldrain: a reload that brings it back ends it, one that does not leaves it its time", () => {
  const first = departuresAfter(new Map(), before(modelOf([A, B, C])), modelOf([A]), 0);
  const second = departuresAfter(first, before(modelOf([A])), modelOf([A, C]), 7_000);
  deepStrictEqual(shown(second), [`tcp:${AT} ${B} 30000`]);
});

pure("removaldrain: it ends when no connection is open, or when the time is over", () => {
  const departures = departuresAfter(new Map(), before(modelOf([A, B])), modelOf([A]), 0);
  const isLeft = (now: number, counters?: Counters) => withoutEnded(departures, now, counters).size > 0;
  strictEqual(isLeft(1_000, counted(B, 0, 2)), true);
  strictEqual(isLeft(1_000, counted(B, 1, 0)), true, "the kernel has not taken the weight 0 yet");
  strictEqual(isLeft(1_000, undefined), true, "the kernel does not say");
  strictEqual(isLeft(1_000, counted(B, 0, 0)), false);
  strictEqual(isLeft(30_000, counted(B, 0, 2)), false);
});
