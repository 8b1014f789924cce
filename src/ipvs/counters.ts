import type { DestinationKey, ServiceAddress, VirtualKey } from "../model/table.ts";

/** What the kernel has counted since an entry was made, or how much of it there was a second lately. */
export interface Traffic {
  readonly connections: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** What the kernel counts of one destination. */
export interface DestinationCounters {
  readonly weight: number;
  /** Connections that are open. */
  readonly active: number;
  /** Connections that are closing, and all those of udp. */
  readonly inactive: number;
  readonly totals: Traffic;
  /** A second, as the kernel's estimator has it: a mean of the last seconds. */
  readonly rates: Traffic;
}

/** What the kernel counts of one virtual service. */
export interface ServiceCounters {
  readonly totals: Traffic;
  readonly rates: Traffic;
  readonly destinations: ReadonlyMap<DestinationKey, DestinationCounters>;
}

/** What the kernel counts of each of its virtual services. */
export type Counters = ReadonlyMap<VirtualKey, ServiceCounters>;

/** What counts the connections, packets and bytes of an IPVS table. */
export interface CounterReader {
  /**
   * The counters of all virtual services as they are now, those of others included.
   *
   * @throws {IpvsUnavailable}
   */
  counters(): Promise<Counters>;
}

/** Returns the connections that are open: the kernel counts those of udp as inactive. */
export function openConnections(
  protocol: ServiceAddress["kind"],
  { active, inactive }: Pick<DestinationCounters, "active" | "inactive">,
): number {
  return protocol === "udp" ? active + inactive : active;
}

/** No traffic at all. */
export const NONE: Traffic = { connections: 0, packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0 };
