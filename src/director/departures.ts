/**
 * Real servers that a reload has removed and that have `removaldrain`: they stay in the table at weight 0 until their
 * connections are gone or their time is over. A virtual service that was removed stays for as long as one of its own does. Pure.
 *
 * | a real server that was removed and | then                                     |
 * | ---------------------------------- | ---------------------------------------- |
 * | was in, or held at weight 0        | stays at weight 0                        |
 * | was down                           | goes at once                             |
 * | comes back by another reload       | is a real server as any other            |
 */

import { type Counters, openConnections } from "../ipvs/counters.ts";
import type { Destination, DestinationKey, TableService, VirtualKey } from "../model/table.ts";
import type { Model } from "../model/virtual_service.ts";
import type { DesiredDestination, DesiredService, DesiredTable } from "./desired.ts";
import type { Health } from "./real_health.ts";

/** A destination that stays for a while. */
export interface Departure {
  readonly destination: Destination;
  /** When it goes at the latest, in milliseconds of the director's clock. */
  readonly until: number;
}

/** What stays of a virtual service. */
export interface DepartingService {
  /** The virtual service as it was, should it be gone itself. */
  readonly service: TableService;
  readonly destinations: ReadonlyMap<DestinationKey, Departure>;
}

/** All that stays for a while. */
export type Departures = ReadonlyMap<VirtualKey, DepartingService>;

/** What was in force before a reload. */
export interface BeforeReload {
  readonly model: Model;
  readonly health: Health;
  readonly desired: DesiredTable;
}

/** Returns what stays after a reload: what is still under way, and what the reload removes. */
export function departuresAfter(
  departures: Departures,
  { model, health, desired }: BeforeReload,
  next: Model,
  now: number,
): Departures {
  const after = new Map<VirtualKey, DepartingService>();
  const isBack = (virtual: VirtualKey, real: DestinationKey) => {
    const { reals, fallback } = next.virtuals.get(virtual) ?? {};
    return reals?.has(real) || fallback?.key === real;
  };
  for (const [key, { service, destinations }] of departures) {
    const left = new Map([...destinations].filter(([real]) => !isBack(key, real)));
    if (left.size > 0) after.set(key, { service, destinations: left });
  }
  for (const [key, virtual] of model.virtuals) {
    const service = desired.get(key);
    const seconds = (next.virtuals.get(key) ?? virtual).removalDrain;
    if (!service || seconds === 0) continue;
    const destinations = new Map(after.get(key)?.destinations);
    for (const [real, { destination }] of virtual.reals) {
      if (isBack(key, real) || !service.destinations.has(real)) continue;
      if (health.get(key)?.reals.get(real)?.up) destinations.set(real, { destination, until: now + seconds * 1000 });
    }
    if (destinations.size > 0) after.set(key, { service, destinations });
  }
  return after;
}

/**
 * Returns what stays on: not what has no connection any more, and not what has expired.
 *
 * @param counters what the kernel counts; absent = it does not say.
 */
export function withoutEnded(departures: Departures, now: number, counters: Counters | undefined): Departures {
  const after = new Map<VirtualKey, DepartingService>();
  for (const [key, { service, destinations }] of departures) {
    const counted = counters?.get(key);
    const left = new Map(
      [...destinations].filter(([real, { until }]) => {
        if (until <= now) return false;
        const its = counted?.destinations.get(real);
        // Before the kernel has taken the weight 0, new connections may come yet.
        return !its || its.weight > 0 || openConnections(service.address.kind, its) > 0;
      }),
    );
    if (left.size > 0) after.set(key, { service, destinations: left });
  }
  return sizeOf(after) === sizeOf(departures) ? departures : after;
}

/** Returns the wanted table with what stays for a while. */
export function withDepartures(table: DesiredTable, departures: Departures): DesiredTable {
  if (departures.size === 0) return table;
  const all = new Map(table);
  for (const [key, { service, destinations }] of departures) {
    const known = all.get(key);
    const wanted = new Map<DestinationKey, DesiredDestination>(known?.destinations);
    for (const [real, { destination }] of destinations) {
      if (!wanted.has(real)) wanted.set(real, { ...destination, weight: 0, role: "draining" });
    }
    const base: DesiredService = known ?? { ...service, destinations: wanted, readdQuiescent: false };
    all.set(key, { ...base, destinations: wanted });
  }
  return all;
}

function sizeOf(departures: Departures): number {
  let size = 0;
  for (const { destinations } of departures.values()) size += destinations.size;
  return size;
}
