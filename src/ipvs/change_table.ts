import type { Action, Plan } from "../model/plan.ts";
import {
  type Destination,
  type DestinationKey,
  destinationKey,
  type IpvsTable,
  sameDestination,
  sameSettings,
  type TableService,
  type VirtualKey,
  virtualKey,
} from "../model/table.ts";
import { everySoOften, type Steps } from "../model/steps.ts";
import { canonicalSettings } from "./canonical.ts";

/** The table as it is after the changes, those that it refuses left out; in steps. */
export function* tableAfterInSteps(table: IpvsTable, plan: Plan): Steps<IpvsTable> {
  const after = new Map(table);
  const copied = new Set<VirtualKey>();
  for (const [i, action] of plan.entries()) {
    if (everySoOften(i)) yield;
    changeTable(after, action, copied);
  }
  return after;
}

/**
 * Makes one change as the kernel does. What it refuses, it refuses in ipvsadm's words, which are the result.
 *
 * @param copied services with destinations that may be changed where they are, as no other table has them.
 */
export function changeTable(
  table: Map<VirtualKey, TableService>,
  action: Action,
  copied: Set<VirtualKey>,
): string | undefined {
  const key = virtualKey(action.service.address);
  const service = table.get(key);
  switch (action.do) {
    case "add-service":
      if (service) return "Service already exists";
      table.set(key, { ...canonicalSettings(action.service), destinations: new Map() });
      copied.add(key);
      return undefined;
    case "edit-service":
      if (!service) return "No such service";
      table.set(key, { ...canonicalSettings(action.service), destinations: service.destinations });
      return undefined;
    case "delete-service":
      return table.delete(key) ? undefined : "No such service";
    default:
      return service ? changeDestination(table, key, service, action, copied) : "Service not defined";
  }
}

function changeDestination(
  table: Map<VirtualKey, TableService>,
  key: VirtualKey,
  service: TableService,
  action: Extract<Action, { destination: Destination }>,
  copied: Set<VirtualKey>,
): string | undefined {
  const destinations = copied.has(key)
    ? service.destinations as Map<DestinationKey, Destination>
    : new Map<DestinationKey, Destination>(service.destinations);
  const destination = destinationKey(action.destination);
  if (action.do === "delete-destination") {
    if (!destinations.delete(destination)) return "No such destination";
  } else {
    if (action.do === "add-destination" && destinations.has(destination)) return "Destination already exists";
    if (action.do === "edit-destination" && !destinations.has(destination)) return "No such destination";
    destinations.set(destination, action.destination);
  }
  if (!copied.has(key)) table.set(key, { ...service, destinations });
  copied.add(key);
  return undefined;
}

/** Whether a table shows that a change has been made. */
export function isInEffect(step: Action, current: IpvsTable): boolean {
  const service = current.get(virtualKey(step.service.address));
  switch (step.do) {
    case "add-service":
    case "edit-service":
      return service !== undefined && sameSettings(service, step.service);
    case "delete-service":
      return service === undefined;
    case "delete-destination":
      return !service?.destinations.has(destinationKey(step.destination));
    default: {
      const destination = service?.destinations.get(destinationKey(step.destination));
      return destination !== undefined && sameDestination(destination, step.destination);
    }
  }
}
