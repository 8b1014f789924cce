/**
 * From what the kernel has and what we want to the changes between. Pure.
 *
 * Two ways: `reconcile` (start and reload) looks at every entry of our virtual services and purges what the
 * configuration does not list; otherwise only what we want differently than before is touched, so that what a person
 * changed by hand stays until the real server's own health changes.
 *
 * | we wanted | we want | kernel has | reconcile | otherwise |
 * | --------- | ------- | ---------- | --------- | --------- |
 * | -         | A       | -          | add       | add       |
 * | A         | A       | -          | add       | leave     |
 * | A         | A       | B          | edit      | leave     |
 * | A         | B       | A or other | edit      | edit      |
 * | A         | B       | -          | add       | add       |
 * | A         | -       | any        | delete    | delete    |
 * | -         | -       | any        | delete    | leave     |
 *
 * A quiescent destination that is missing where we had it before is put back only with `readdquiescent`.
 *
 * Within a service the new and the heavier come before the lighter and the leaving: clients always have somewhere to go.
 */

import type { Action, Plan } from "../model/plan.ts";
import { atOnce, everySoOften, type Steps } from "../model/steps.ts";
import {
  type Destination,
  destinationKey,
  type IpvsTable,
  type ServiceSettings,
  type TableService,
  type VirtualKey,
  virtualKey,
} from "../model/table.ts";
import type { DesiredDestination, DesiredService, DesiredTable } from "./desired.ts";

/** What a plan is made from. */
export interface PlanInput {
  readonly current: IpvsTable;
  readonly desired: DesiredTable;
  /** What we wanted when the kernel last took everything; absent at start. */
  readonly previous?: DesiredTable;
  readonly reconcile: boolean;
}

/** The changes that bring our part of the kernel's table to what is desired. */
export function plan(input: PlanInput): Plan {
  return atOnce(planInSteps(input));
}

/** The same in steps. */
export function* planInSteps(input: PlanInput): Steps<Plan> {
  const actions: Action[] = [];
  for (const [key, desired] of input.desired) {
    const previous = input.previous?.get(key);
    if (!input.reconcile && previous === desired) continue;
    yield;
    for (const action of planService(key, desired, previous, input)) actions.push(action);
  }
  for (const [key, service] of input.previous ?? []) {
    if (!input.desired.has(key)) actions.push(...planRemoval(service, input.current.get(key)));
  }
  return actions;
}

/** Whether two destinations are the same to the kernel. */
export function sameDestination(a: Destination, b: Destination): boolean {
  return a.address === b.address && a.port === b.port && a.forwarding === b.forwarding && a.weight === b.weight &&
    a.upperThreshold === b.upperThreshold && a.lowerThreshold === b.lowerThreshold;
}

/** Whether the settings of two virtual services are the same to the kernel; both canonical. */
export function sameSettings(a: ServiceSettings, b: ServiceSettings): boolean {
  return a.scheduler === b.scheduler && a.persistence === b.persistence && a.netmask === b.netmask &&
    a.onePacket === b.onePacket && a.schedulerFlags.join() === b.schedulerFlags.join();
}

function planService(
  key: VirtualKey,
  desired: DesiredService,
  previous: DesiredService | undefined,
  { current, reconcile }: PlanInput,
): Action[] {
  const service = desired;
  const kernel = current.get(key);
  if (!kernel) {
    const adds = [...desired.destinations.values()].map((destination) =>
      action("add-destination", service, destination)
    );
    return [{ do: "add-service", service }, ...adds];
  }
  const actions: Action[] = [];
  const settingsWanted = reconcile || !previous || !sameSettings(previous, desired);
  if (settingsWanted && !sameSettings(kernel, desired)) actions.push({ do: "edit-service", service });

  const up: Action[] = [];
  const down: Action[] = [];
  for (const [real, destination] of desired.destinations) {
    const before = previous?.destinations.get(real);
    if (!reconcile && before && sameDestination(before, destination)) continue;
    const there = kernel.destinations.get(real);
    if (!there) {
      if (mayAdd(destination, before, desired)) up.push(action("add-destination", service, destination));
    } else if (!sameDestination(there, destination)) {
      (destination.weight < there.weight ? down : up).push(action("edit-destination", service, destination));
    }
  }
  for (const [real, destination] of kernel.destinations) {
    if (desired.destinations.has(real)) continue;
    if (reconcile || previous?.destinations.has(real)) {
      down.push(action("delete-destination", service, destination));
    }
  }
  return [...actions, ...up, ...down];
}

/** The destinations one by one before their service, so that each can be logged. */
function planRemoval(service: DesiredService, kernel: TableService | undefined): Action[] {
  if (!kernel) return [];
  const deletes = [...kernel.destinations.values()].map((real) => action("delete-destination", service, real));
  return [...deletes, { do: "delete-service", service }];
}

function mayAdd(destination: DesiredDestination, before: Destination | undefined, service: DesiredService): boolean {
  return destination.role !== "quiescent" || before === undefined || service.readdQuiescent;
}

function action(
  verb: "add-destination" | "edit-destination" | "delete-destination",
  service: DesiredService,
  destination: Destination,
): Action {
  return { do: verb, service, destination };
}

/** The changes of a plan that the kernel did not take, judged by the table as it is afterwards. */
export function outstanding(current: IpvsTable, attempted: Plan): Plan {
  return atOnce(outstandingInSteps(current, attempted));
}

/** The same in steps. */
export function* outstandingInSteps(current: IpvsTable, attempted: Plan): Steps<Plan> {
  const left: Action[] = [];
  for (const [i, step] of attempted.entries()) {
    if (everySoOften(i)) yield;
    if (!isDone(step, current)) left.push(step);
  }
  return left;
}

function isDone(step: Action, current: IpvsTable): boolean {
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

/**
 * What the kernel is known to have taken of a wanted table, as the `previous` of the next plan: entries that it
 * refused are set back to what they were, so that the next plan tries them again.
 */
export function taken(desired: DesiredTable, previous: DesiredTable | undefined, refused: Plan): DesiredTable {
  const result = new Map(desired);
  for (const step of refused) {
    const key = virtualKey(step.service.address);
    const service = result.get(key);
    const before = previous?.get(key);
    if (!("destination" in step)) {
      if (before) result.set(key, before);
      else result.delete(key);
    } else if (service) {
      const destinations = new Map(service.destinations);
      const destination = destinationKey(step.destination);
      if (step.do === "delete-destination") destinations.set(destination, { ...step.destination, role: "quiescent" });
      else destinations.delete(destination);
      result.set(key, { ...service, destinations });
    }
  }
  return result;
}
