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

/** The table as it is after the changes, those that it refuses left out. */
export function tableAfter(table: IpvsTable, plan: Plan): IpvsTable {
  const after = new Map(table);
  for (const action of plan) changeTable(after, action);
  return after;
}

/** Makes one change as the kernel does. What it refuses, it refuses in ipvsadm's words, which are the result. */
export function changeTable(table: Map<VirtualKey, TableService>, action: Action): string | undefined {
  const key = virtualKey(action.service.address);
  const service = table.get(key);
  switch (action.do) {
    case "add-service":
      if (service) return "Service already exists";
      table.set(key, { ...canonicalSettings(action.service), destinations: new Map() });
      return undefined;
    case "edit-service":
      if (!service) return "No such service";
      table.set(key, { ...canonicalSettings(action.service), destinations: service.destinations });
      return undefined;
    case "delete-service":
      return table.delete(key) ? undefined : "No such service";
    default:
      return service ? changeDestination(table, key, service, action) : "Service not defined";
  }
}

function changeDestination(
  table: Map<VirtualKey, TableService>,
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
  table.set(key, { ...service, destinations });
  return undefined;
}
