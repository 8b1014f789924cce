import { type RealId, realId } from "../model/orders.ts";
import type { VirtualKey } from "../model/table.ts";
import type { Model, VirtualService } from "../model/virtual_service.ts";
import type { Health, VirtualHealth } from "./real_health.ts";
import { stateOf } from "./real_state.ts";
import { servedBy } from "./quorum.ts";
import { isServing } from "./serving.ts";

/** How many real servers are how. */
export interface RealCounts {
  readonly total: number;
  /** Clients are sent to them, and they are not down; an unknown one may be among these. */
  readonly serving: number;
  /** A check of theirs cannot be made. */
  readonly unknown: number;
}

/** Real servers by how they are, each counted in each of its virtual services. Those with `checktype = off` are left out. */
export interface HealthCounts extends RealCounts {
  /** Virtual services of which no real server serves and some should, as far as first rounds have been heard. */
  readonly unserved: readonly VirtualService[];
  /** Virtual services of which no real server can be checked. */
  readonly unjudged: readonly VirtualService[];
}

/** What the kernel does not do as it should. */
export interface TableFaults {
  /** Virtual services that it does not have. */
  readonly missing: ReadonlySet<VirtualKey>;
  /** Real servers that it sends no clients. */
  readonly bypassed: ReadonlySet<RealId>;
}

/** The kernel does all that it should. */
export const NO_TABLE_FAULTS: TableFaults = { missing: new Set(), bypassed: new Set() };

/**
 * Returns how many real servers are how.
 *
 * @param kernel what the kernel does not do as it should: `missing` virtual services, and `bypassed` real servers.
 */
export function healthCountsOf(
  model: Model,
  health: Health,
  { missing, bypassed }: TableFaults = NO_TABLE_FAULTS,
): HealthCounts {
  let [total, serving, unknown] = [0, 0, 0];
  const unserved: VirtualService[] = [];
  const unjudged: VirtualService[] = [];
  const unresolved = new Set(model.unresolved.map(({ virtual }) => virtual));
  for (const [key, own] of health) {
    const virtual = model.virtuals.get(key);
    if (!virtual) continue;
    const counts = countReals(virtual, own, bypassed);
    const served = missing.has(key) ? 0 : counts.serving;
    total += counts.total;
    serving += served;
    unknown += counts.unknown;
    const hasFirstRounds = own.service !== "unknown" || missing.has(key);
    if (served === 0 && hasFirstRounds && (counts.total > 0 || unresolved.has(key))) unserved.push(virtual);
    if (counts.unknown > 0 && counts.unknown === counts.total) unjudged.push(virtual);
  }
  return { total, serving, unknown, unserved, unjudged };
}

/** Returns how many real servers of a virtual service that have health are how. */
export function countReals(
  virtual: VirtualService,
  health: VirtualHealth,
  bypassed = NO_TABLE_FAULTS.bypassed,
): RealCounts {
  const counts = { total: 0, serving: 0, unknown: 0 };
  const byFallback = servedBy(virtual, health) === "fallback";
  for (const [key, own] of health.reals) {
    const real = virtual.reals.get(key);
    if (!real) continue;
    counts.total++;
    const isBypassed = bypassed.size > 0 && bypassed.has(realId(virtual.key, key));
    if (!byFallback && isServing(real, own) && !isBypassed) counts.serving++;
    if (stateOf(real, own) === "unknown") counts.unknown++;
  }
  return counts;
}
