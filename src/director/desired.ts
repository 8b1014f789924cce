/**
 * Every rule of weight, quiescence and fallback: from health to the table we want. Pure.
 *
 * | a real server that is            | stands in the table                                      |
 * | -------------------------------- | -------------------------------------------------------- |
 * | up                               | at its weight                                            |
 * | up again, with `slowstart`       | at a growing share of its weight, at least 1             |
 * | up, and asks for another weight  | at that weight (`dynamicweight`, `agentport`)            |
 * | up, given a weight by hand       | at that weight: an operator's order goes before checks   |
 * | up, in maintenance or drained    | at weight 0, whatever `quiescent` says                   |
 * | up, disabled                     | as one that is down                                      |
 * | down, `quiescent = yes`          | at weight 0                                              |
 * | down, `quiescent = no`           | not at all                                               |
 * | down, but no round has said so   | as it was found: at weight 0, or not at all              |
 * | the same, with a lasting place   | at weight 0 (`hasLastingPlaces` below)                   |
 * | up, while the fallback serves    | at weight 0: the quorum is lost (quorum.ts)              |
 * | down, with `failopen` in force   | at its weight                                            |
 *
 * What the configuration no longer has goes at once, unless nothing else serves and first rounds are under way: then it
 * goes when another destination serves, the fallback included, or when all first rounds have ended.
 *
 * The fallback stands there exactly while less than the quorum serves (quorum.ts), and then takes the place of a real
 * server at the same address and port.
 */

import { missingFallbackFlag } from "../model/fallback_flag.ts";
import type { Destination, DestinationKey, TableService, VirtualKey } from "../model/table.ts";
import { atOnce, everySoOften, type Steps } from "../model/steps.ts";
import type { Model, RealServer, VirtualService } from "../model/virtual_service.ts";
import { canonicalSettings } from "../ipvs/canonical.ts";
import { hasFirstRounds, type Health, isAvailable, type RealHealth, type VirtualHealth } from "./real_health.ts";
import { getsClients, isKept, type ServedBy, servedBy } from "./quorum.ts";
import { weightOf } from "./serving.ts";

/** What a destination is to us: a real server that is available has the role `serving`, whatever its weight; one that was removed is `leaving` or `draining`. */
export type Role = "serving" | "quiescent" | "fallback" | "leaving" | "draining";

/** A destination that we want, and why. */
export interface DesiredDestination extends Destination {
  readonly role: Role;
  /**
   * Of a quiescent one with a lasting place: the weight at which it enters a virtual service that is new, to be set to 0 at
   * once, before any client comes. The scheduler mh gives places by the last weight above 0, and none to a destination that has not had one.
   */
  readonly placeWeight?: number;
}

/** A virtual service that we want. */
export interface DesiredService extends TableService {
  readonly destinations: ReadonlyMap<DestinationKey, DesiredDestination>;
  /** A quiescent destination that was removed by hand is put back at weight 0. */
  readonly readdQuiescent: boolean;
}

/** The part of the kernel's table that is ours, as we want it. */
export type DesiredTable = ReadonlyMap<VirtualKey, DesiredService>;

/** The wanted table. Services with the same health as in `last` are taken over from there as they are. */
export function desiredTable(model: Model, health: Health, last?: DesiredMemo): DesiredMemo {
  return atOnce(desiredTableInSteps(model, health, last));
}

/** The same in steps. */
export function* desiredTableInSteps(model: Model, health: Health, last?: DesiredMemo): Steps<DesiredMemo> {
  const table = new Map<VirtualKey, DesiredService>();
  for (const virtual of model.virtuals.values()) {
    const virtualHealth = health.get(virtual.key);
    if (!virtualHealth) continue;
    yield;
    const same = last && last.model === model && last.health.get(virtual.key) === virtualHealth;
    const known = same ? last.table.get(virtual.key) : undefined;
    table.set(virtual.key, known ?? (yield* desiredService(virtual, virtualHealth)));
  }
  return { model, health, table };
}

/** A wanted table with what it was made from. */
export interface DesiredMemo {
  readonly model: Model;
  readonly health: Health;
  readonly table: DesiredTable;
}

function* desiredService(virtual: VirtualService, health: VirtualHealth): Steps<DesiredService> {
  const destinations = new Map<DestinationKey, DesiredDestination>();
  const by = servedBy(virtual, health);
  let count = 0;
  for (const real of virtual.reals.values()) {
    if (everySoOften(count++)) yield;
    const realHealth = health.reals.get(real.key);
    const role = realHealth && roleOf(real, realHealth, virtual, by);
    if (realHealth && role === "serving") {
      const weight = getsClients(real, realHealth, by) ? weightOf(real, realHealth) : 0;
      destinations.set(real.key, { ...real.destination, weight, role });
    }
    if (role === "quiescent") {
      const place = hasLastingPlaces(virtual) ? { placeWeight: real.destination.weight } : {};
      destinations.set(real.key, { ...real.destination, weight: 0, role, ...place });
    }
  }
  if (virtual.fallback && by === "fallback") {
    destinations.set(virtual.fallback.key, { ...virtual.fallback.destination, role: "fallback" });
  }
  if (health.leaving.size > 0 && awaitsAnyFirstRound(health) && !isServed(destinations)) {
    for (const [key, destination] of health.leaving) destinations.set(key, { ...destination, role: "leaving" });
  }
  return { ...canonicalSettings(virtual.settings), destinations, readdQuiescent: virtual.readdQuiescent };
}

function awaitsAnyFirstRound({ reals }: VirtualHealth): boolean {
  for (const real of reals.values()) if (!hasFirstRounds(real)) return true;
  return false;
}

function isServed(destinations: ReadonlyMap<DestinationKey, Destination>): boolean {
  for (const { weight } of destinations.values()) if (weight > 0) return true;
  return false;
}

/**
 * Whether all real servers have their places in the scheduler's table from the beginning, whether they are up or not. With mh
 * each client keeps its real server then, whichever were down at the start, and in whichever order they come up: so all
 * directors of the same configuration have the same table (Linux, net/netfilter/ipvs/ip_vs_mh.c: places go by `last_weight`
 * and the order of entry). The clients of one that is down go elsewhere only with the fallback flag.
 */
function hasLastingPlaces({ settings, quiescent }: VirtualService): boolean {
  return quiescent && settings.scheduler === "mh" && missingFallbackFlag(settings) === undefined;
}

function roleOf(real: RealServer, health: RealHealth, virtual: VirtualService, by: ServedBy): Role | undefined {
  if (isAvailable(health) || (by === "all" && isKept(real, health))) return "serving";
  if (health.up && (health.maintenance !== undefined || health.orders?.hold?.value === "drain")) return "quiescent";
  if (!health.up && !health.verified && !hasLastingPlaces(virtual)) {
    return health.found === "quiescent" ? "quiescent" : undefined;
  }
  return virtual.quiescent ? "quiescent" : undefined;
}
