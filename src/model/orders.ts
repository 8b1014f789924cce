/**
 * What an operator has ordered of real servers, beside the configuration: out of service, another weight.
 */

import type { DestinationKey, VirtualKey } from "./table.ts";

/** How an operator takes a real server out: `drain` lets its connections end, `disable` treats it as if it were down. */
export type Hold = "drain" | "disable";

/** An order, from when and until when. Times are milliseconds since the epoch: they outlive the daemon. */
export interface Order<T> {
  readonly value: T;
  readonly since: number;
  /** Absent = until it is taken back. */
  readonly until?: number;
}

/** One of the two kinds of orders that there may be about a real server. */
export type OrderKind = keyof RealOrders;

/** The orders about one real server in one virtual service. */
export interface RealOrders {
  readonly hold?: Order<Hold>;
  /** In place of the configured weight and of what checks ask for. */
  readonly weight?: Order<number>;
}

/** All orders that are in force, by real server. One that is in no configuration now keeps its place. */
export type Orders = ReadonlyMap<RealId, RealOrders>;

/** A real server of one virtual service. */
export type RealId = `${VirtualKey} ${DestinationKey}`;

/** The identity of a real server across virtual services. */
export function realId(virtual: VirtualKey, real: DestinationKey): RealId {
  return `${virtual} ${real}`;
}

/** The inverse of {@link realId}. */
export function partsOf(id: RealId): { readonly virtual: VirtualKey; readonly real: DestinationKey } {
  const gap = id.indexOf(" ");
  return { virtual: id.slice(0, gap) as VirtualKey, real: id.slice(gap + 1) as DestinationKey };
}
