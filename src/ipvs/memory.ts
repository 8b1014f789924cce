import type { Action, Plan } from "../model/plan.ts";
import {
  type Destination,
  type DestinationKey,
  destinationKey,
  type IpvsTable,
  type TableService,
  type VirtualKey,
  virtualKey,
} from "../model/table.ts";
import { canonicalSettings } from "./canonical.ts";
import type { IpvsDriver } from "./driver.ts";

/**
 * An IPVS table in memory that takes and refuses what the kernel takes and refuses, in
 * ipvsadm's words. For tests, for the demonstration and for planning without a kernel.
 */
export class MemoryIpvs implements IpvsDriver {
  #table: Map<VirtualKey, TableService>;

  /** @param table what the table holds at first. */
  constructor(table: IpvsTable = new Map()) {
    this.#table = new Map(table);
  }

  read(): Promise<IpvsTable> {
    return Promise.resolve(new Map(this.#table));
  }

  apply(plan: Plan): Promise<readonly string[]> {
    return Promise.resolve(plan.map((action) => this.#apply(action)).filter((refusal) => refusal !== undefined));
  }

  #apply(action: Action): string | undefined {
    const key = virtualKey(action.service.address);
    const service = this.#table.get(key);
    switch (action.do) {
      case "add-service":
        if (service) return "Service already exists";
        this.#table.set(key, { ...canonicalSettings(action.service), destinations: new Map() });
        return undefined;
      case "edit-service":
        if (!service) return "No such service";
        this.#table.set(key, { ...canonicalSettings(action.service), destinations: service.destinations });
        return undefined;
      case "delete-service":
        return this.#table.delete(key) ? undefined : "No such service";
      default:
        return service ? this.#applyDestination(key, service, action) : "Service not defined";
    }
  }

  #applyDestination(
    key: VirtualKey,
    service: TableService,
    action: Extract<Action, { destination: Destination }>,
  ): string | undefined {
    const destinations = new Map<DestinationKey, Destination>(service.destinations);
    const destination = destinationKey(action.destination);
    if (action.do === "delete-destination") {
      if (!destinations.delete(destination)) return "No such destination";
    } else {
      if (action.do === "add-destination" && destinations.has(destination)) return "Destination already exists";
      if (action.do === "edit-destination" && !destinations.has(destination)) return "No such destination";
      destinations.set(destination, action.destination);
    }
    this.#table.set(key, { ...service, destinations });
    return undefined;
  }
}
