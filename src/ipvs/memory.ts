import type { Plan } from "../model/plan.ts";
import type { IpvsTable, TableService, VirtualKey } from "../model/table.ts";
import { changeTable } from "./change_table.ts";
import { type CounterReader, type Counters, NONE } from "./counters.ts";
import type { IpvsDriver, Outcome } from "./driver.ts";

/**
 * An IPVS table in memory that takes and refuses what the kernel takes and refuses, in
 * ipvsadm's words. For tests, for the demonstration and for planning without a kernel.
 */
export class MemoryIpvs implements IpvsDriver, CounterReader {
  readonly name = "memory";
  readonly #table: Map<VirtualKey, TableService>;

  /** @param table what the table holds at first. */
  constructor(table: IpvsTable = new Map()) {
    this.#table = new Map(table);
  }

  read(): Promise<IpvsTable> {
    return Promise.resolve(new Map(this.#table));
  }

  /** A table in memory has no connections. */
  counters(): Promise<Counters> {
    const none = { totals: NONE, rates: NONE };
    const services = [...this.#table].map(([key, { destinations }]) => {
      const counted = [...destinations].map(([real, { weight }]) =>
        [real, { weight, active: 0, inactive: 0, ...none }] as const
      );
      return [key, { ...none, destinations: new Map(counted) }] as const;
    });
    return Promise.resolve(new Map(services));
  }

  apply(plan: Plan): Promise<readonly Outcome[]> {
    const copied = new Set<VirtualKey>();
    const outcomes = plan.map((action): Outcome => {
      const reason = changeTable(this.#table, action, copied);
      return reason === undefined ? { taken: true } : { taken: false, reason };
    });
    return Promise.resolve(outcomes);
  }
}
