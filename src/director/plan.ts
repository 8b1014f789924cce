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
 * A quiescent destination with a lasting place (desired.ts) enters a virtual service that is new with its weight, and is set
 * to 0 by the next change. Such a virtual service gets its scheduler last, and only if all changes before were taken
 * (apply_in_stages.ts): until then no client is sent anywhere.
 *
 * Within a service the new and the heavier come before the lighter and the leaving: clients always have somewhere to go.
 */

import type { Action, Plan } from "../model/plan.ts";
import { atOnce, everySoOften, type Steps } from "../model/steps.ts";
import {
  type Destination,
  type DestinationKey,
  destinationKey,
  type IpvsTable,
  NO_SCHEDULER,
  sameDestination,
  sameSettings,
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
  /** Entries that are planned as with `reconcile`. */
  readonly unconfirmed?: Unconfirmed;
  /** Virtual services that are ours to remove where they are not desired; absent = those of `previous`. */
  readonly claimed?: ReadonlySet<VirtualKey>;
}

/** Entries by virtual service; {@link SETTINGS} stands for the virtual service itself. */
export type Unconfirmed = ReadonlyMap<VirtualKey, ReadonlySet<DestinationKey | typeof SETTINGS>>;

/** The settings of a virtual service, among its entries. */
export const SETTINGS = "settings";

/** The changes that bring our part of the kernel's table to what is desired. */
export function plan(input: PlanInput): Plan {
  return atOnce(planInSteps(input));
}

/** The same in steps. */
export function* planInSteps(input: PlanInput): Steps<Plan> {
  const actions: Action[] = [];
  for (const [key, desired] of input.desired) {
    const previous = input.previous?.get(key);
    if (!input.reconcile && previous === desired && !input.unconfirmed?.has(key)) continue;
    yield;
    yield* planService(key, desired, previous, input, actions);
  }
  for (const key of input.claimed ?? input.previous?.keys() ?? []) {
    if (!input.desired.has(key)) yield* planRemoval(input.current.get(key), actions);
  }
  return actions;
}

/** Adds the changes of one virtual service. */
function* planService(
  key: VirtualKey,
  desired: DesiredService,
  previous: DesiredService | undefined,
  { current, reconcile, unconfirmed }: PlanInput,
  actions: Action[],
): Steps<void> {
  const isUnconfirmed = (entry: DestinationKey | typeof SETTINGS) =>
    reconcile || unconfirmed?.get(key)?.has(entry) === true;
  const service = desired;
  const kernel = current.get(key);
  let count = 0;
  if (!kernel) {
    const hasPlaces = givesPlaces(desired);
    const begun = hasPlaces ? { ...service, scheduler: NO_SCHEDULER, schedulerFlags: [] } : service;
    actions.push({ do: "add-service", service: begun });
    for (const destination of desired.destinations.values()) {
      if (everySoOften(count++)) yield;
      if (hasPlaces) actions.push(...entry(service, destination).map((each) => ({ ...each, stage: 1 } as const)));
      else actions.push(action("add-destination", service, destination));
    }
    if (hasPlaces) actions.push({ do: "edit-service", service, stage: 2 });
    return;
  }
  const settingsWanted = isUnconfirmed(SETTINGS) || !previous || !sameSettings(previous, desired);
  const isBegun = kernel.scheduler === NO_SCHEDULER;
  const settings: readonly Action[] = settingsWanted && !sameSettings(kernel, desired)
    ? [isBegun ? { do: "edit-service", service, stage: 2 } : { do: "edit-service", service }]
    : [];
  if (!isBegun) actions.push(...settings);

  const up: Action[] = [];
  const down: Action[] = [];
  for (const [real, destination] of desired.destinations) {
    if (everySoOften(count++)) yield;
    const before = previous?.destinations.get(real);
    if (!isUnconfirmed(real) && before && sameDestination(before, destination)) continue;
    const there = kernel.destinations.get(real);
    if (!there) {
      if (mayAdd(destination, before, desired)) up.push(action("add-destination", service, destination));
    } else if (!sameDestination(there, destination)) {
      (destination.weight < there.weight ? down : up).push(action("edit-destination", service, destination));
    }
  }
  for (const [real, destination] of kernel.destinations) {
    if (everySoOften(count++)) yield;
    if (desired.destinations.has(real)) continue;
    if (isUnconfirmed(real) || previous?.destinations.has(real)) {
      down.push(action("delete-destination", service, destination));
    }
  }
  for (const each of [...up, ...down]) actions.push(each);
  if (isBegun) actions.push(...settings);
}

/** Adds the removal of a virtual service: the destinations one by one before it, so that each can be logged. */
function* planRemoval(service: TableService | undefined, actions: Action[]): Steps<void> {
  if (!service) return;
  let count = 0;
  for (const real of service.destinations.values()) {
    if (everySoOften(count++)) yield;
    actions.push(action("delete-destination", service, real));
  }
  actions.push({ do: "delete-service", service });
}

/** Whether a destination is to have places of a weight that it does not have. */
function givesPlaces({ destinations }: DesiredService): boolean {
  for (const { placeWeight = 0 } of destinations.values()) if (placeWeight > 0) return true;
  return false;
}

/** The changes by which a destination enters a virtual service that is new. */
function entry(service: ServiceSettings, destination: DesiredDestination): readonly Action[] {
  const { placeWeight = 0 } = destination;
  if (placeWeight === 0) return [action("add-destination", service, destination)];
  const placed = { ...destination, weight: placeWeight };
  return [action("add-destination", service, placed), action("edit-destination", service, destination)];
}

function mayAdd(destination: DesiredDestination, before: Destination | undefined, service: DesiredService): boolean {
  return destination.role !== "quiescent" || before === undefined || service.readdQuiescent;
}

function action(
  verb: "add-destination" | "edit-destination" | "delete-destination",
  service: ServiceSettings,
  destination: Destination,
): Action {
  return { do: verb, service, destination };
}

/** The entries that two wanted tables do not have in common, in steps. */
export function* changedInSteps(before: DesiredTable | undefined, after: DesiredTable): Steps<Unconfirmed> {
  const changed = new Map<VirtualKey, Set<DestinationKey | typeof SETTINGS>>();
  for (const key of new Set([...before?.keys() ?? [], ...after.keys()])) {
    const [old, service] = [before?.get(key), after.get(key)];
    if (old === service) continue;
    yield;
    const entries = new Set<DestinationKey | typeof SETTINGS>();
    if (!old || !service || !sameSettings(old, service)) entries.add(SETTINGS);
    let count = 0;
    for (const [real, was] of old?.destinations ?? []) {
      if (everySoOften(count++)) yield;
      const is = service?.destinations.get(real);
      if (!is || !sameDestination(was, is)) entries.add(real);
    }
    for (const real of service?.destinations.keys() ?? []) {
      if (everySoOften(count++)) yield;
      if (!old?.destinations.has(real)) entries.add(real);
    }
    if (entries.size > 0) changed.set(key, entries);
  }
  return changed;
}

/** Returns what is doubted in one or the other. */
export function withUnconfirmed(unconfirmed: Unconfirmed, further: Unconfirmed): Unconfirmed {
  if (further.size === 0) return unconfirmed;
  const all = new Map(unconfirmed);
  for (const [key, entries] of further) all.set(key, new Set([...all.get(key) ?? [], ...entries]));
  return all;
}

/** Returns what is doubted apart from what these actions have changed. */
export function withoutChanged(unconfirmed: Unconfirmed, made: Plan): Unconfirmed {
  if (unconfirmed.size === 0 || made.length === 0) return unconfirmed;
  const left = new Map([...unconfirmed].map(([key, entries]) => [key, new Set(entries)]));
  for (const action of made) {
    left.get(serviceOf(action))?.delete("destination" in action ? destinationKey(action.destination) : SETTINGS);
  }
  return new Map([...left].filter(([, entries]) => entries.size > 0));
}

/** The virtual service that an action concerns. */
export function serviceOf(action: Action): VirtualKey {
  return virtualKey(action.service.address);
}

/** The entry that an action changes, as text. */
export function subjectOf(action: Action): string {
  return "destination" in action ? `${serviceOf(action)} ${destinationKey(action.destination)}` : serviceOf(action);
}

/**
 * What the kernel is known to have taken of a wanted table, as the `previous` of the next plan: entries that it
 * refused are set back to what they were, so that the next plan tries them again.
 */
export function taken(desired: DesiredTable, previous: DesiredTable | undefined, refused: Plan): DesiredTable {
  return atOnce(takenInSteps(desired, previous, refused));
}

/** The same in steps. */
export function* takenInSteps(
  desired: DesiredTable,
  previous: DesiredTable | undefined,
  refused: Plan,
): Steps<DesiredTable> {
  const result = new Map(desired);
  const copies = new Copies(result);
  for (const [i, step] of refused.entries()) {
    if (everySoOften(i)) yield;
    const key = virtualKey(step.service.address);
    const service = result.get(key);
    const before = previous?.get(key);
    if (!("destination" in step)) {
      if (before) result.set(key, before);
      else result.delete(key);
    } else if (service) {
      const destinations = copies.of(service, key);
      const destination = destinationKey(step.destination);
      if (step.do === "delete-destination") destinations.set(destination, { ...step.destination, role: "quiescent" });
      else destinations.delete(destination);
    }
  }
  return result;
}

/** What was wanted, without the destinations that such a change has deleted. */
export function* withoutDeletedInSteps(wanted: DesiredTable, made: Plan): Steps<DesiredTable> {
  const result = new Map(wanted);
  const copies = new Copies(result);
  for (const [i, action] of made.entries()) {
    if (everySoOften(i)) yield;
    const service = result.get(serviceOf(action));
    if (action.do !== "delete-destination" || !service) continue;
    copies.of(service, serviceOf(action)).delete(destinationKey(action.destination));
  }
  return result;
}

/** Destinations of a wanted table that may be changed: those of each virtual service are copied once. */
class Copies {
  readonly #table: Map<VirtualKey, DesiredService>;
  readonly #copied = new Map<DesiredService, Map<DestinationKey, DesiredDestination>>();

  constructor(table: Map<VirtualKey, DesiredService>) {
    this.#table = table;
  }

  /** The destinations of that virtual service, which stands in the table under that key. */
  of(service: DesiredService, key: VirtualKey): Map<DestinationKey, DesiredDestination> {
    const known = this.#copied.get(service);
    if (known) return known;
    const destinations = new Map(service.destinations);
    const copy = { ...service, destinations };
    this.#copied.set(copy, destinations);
    this.#table.set(key, copy);
    return destinations;
  }
}
