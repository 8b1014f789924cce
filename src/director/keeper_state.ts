/**
 * Every rule of how the kernel's table is kept as wanted: a pure reducer, from a state and an event to the next state and
 * what is to be done.
 *
 * | something is due | waits for a retry | the table is known | what is done                                            |
 * | ---------------- | ----------------- | ------------------ | ------------------------------------------------------- |
 * | no               | -                 | -                  | the next look confirms the changes that were made       |
 * | yes              | yes               | -                  | nothing until the retry, or until something else is due |
 * | yes              | no                | no                 | it is read                                              |
 * | yes              | no                | yes                | it is changed by a plan, or nothing is left to change   |
 *
 * One thing is done at a time. What is wanted meanwhile is due next, and what was wanted last counts. When the table is being left,
 * it is read once more where it is not known what came of the last changes, and is changed no more.
 *
 * | what came of the changes   | what follows                                                                           |
 * | -------------------------- | -------------------------------------------------------------------------------------- |
 * | all taken                  | reported, and done; after a start or a reload a look confirms it at once               |
 * | some refused               | read and planned once more at once; refused again: reported, tried again later         |
 * | not known (killed, …)      | read; what is then in effect is reported; the rest is planned anew                     |
 *
 * An entry is *doubted* that was to change, until the kernel has taken the change, or until a further look shows it as it
 * should be; that look contradicts nothing that is known, and no other one has done so for a second. After a start or a
 * reload every entry is doubted. Doubted entries are planned as at a reload, by what the table holds, and not by what was
 * wanted before: so neither a batch that died nor a look that was wrong leaves an entry behind. Entries that are not
 * doubted stay as they were changed by hand.
 */

import { isInEffect, tableAfterInSteps } from "../ipvs/change_table.ts";
import type { Outcome } from "../ipvs/driver.ts";
import { type RealId, realId } from "../model/orders.ts";
import type { Action, Plan } from "../model/plan.ts";
import { everySoOften, type Steps } from "../model/steps.ts";
import { type Destination, destinationKey, type IpvsTable, type VirtualKey } from "../model/table.ts";
import type { DesiredTable, Role } from "./desired.ts";
import { CHANGE_REASONS, type ChangeReason } from "./events.ts";
import {
  changedInSteps,
  planInSteps,
  serviceOf,
  subjectOf,
  takenInSteps,
  type Unconfirmed,
  withoutChanged,
  withoutDeletedInSteps,
  withUnconfirmed,
} from "./plan.ts";

/** Milliseconds until refused changes or an unreachable table are tried again: the first waits, then the last for ever. */
const RETRY_DELAYS = [500, 1_000, 2_000, 5_000, 10_000];

/** Milliseconds for which a table that was read counts as the table that is there, where every entry of it matters. */
const FRESH = 1_000;

/** Milliseconds that a change may take before the table counts as out of step. */
const USUAL = 1_000;

/**
 * Milliseconds after a read that contradicted what was known until a look that agrees with it ends a doubt: reads at the same
 * moment may all be wrong in the same way.
 */
const SETTLES = 1_000;

/** Looks in a row that find a change undone which the kernel has taken: then it counts as refused. */
const UNDONE = 2;

/** Looks in a row that cannot be made before the table counts as out of reach. */
const FAILED_LOOKS = 2;

/** What is known, and what is to be done. Times are milliseconds of the director's clock. */
export interface KeeperState {
  /** The table that was wanted last. */
  readonly wanted?: DesiredTable;
  /** Why something is to be done, and since when; absent = all is done that was wanted. */
  readonly due?: { readonly changeReason: ChangeReason; readonly since: number };
  /** What goes on. */
  readonly doing?: "reading" | Batch;
  /** What is due waits for its retry. */
  readonly waits: boolean;
  /** The table is being left: it is read once more where the last changes are not known, and not changed any more. */
  readonly leaves: boolean;
  /** Retries since all was last as wanted. */
  readonly tries: number;
  /** The table as it was read, with the changes that were made since. */
  readonly seen?: Seen;
  /** When a read last contradicted what was known. */
  readonly contradictedAt?: number;
  /** What we wanted of it when the kernel took it; absent before the first batch. */
  readonly previous?: DesiredTable;
  /** Virtual services that were ours, until they are seen to be gone. */
  readonly claimed: ReadonlySet<VirtualKey>;
  readonly unconfirmed: Unconfirmed;
  /** Every entry is doubted: from a start or a reload on. */
  readonly allUnconfirmed: boolean;
  /** Looks in a row that have found a doubted change undone. */
  readonly undone: number;
  /** Changes of which it is not known whether they were made. */
  readonly unknown: readonly Batch[];
  /** Some changes were refused once, and are tried again at once. */
  readonly again: boolean;
  /** What the kernel does not take, with its reason, by subject. */
  readonly refused: ReadonlyMap<string, string>;
  /** Why the table cannot be reached. */
  readonly unavailable?: string;
  /** Virtual services of ours that have vanished from the kernel, until they are back. */
  readonly vanished: ReadonlySet<VirtualKey>;
  /** Real servers that the kernel sends no clients though it should, as of the last look: they were changed by hand. */
  readonly bypassed: ReadonlySet<RealId>;
  /** Looks in a row that could not be made. */
  readonly failedLooks: number;
}

/** Changes that are made together, from what the table was before them. */
export interface Batch {
  readonly plan: Plan;
  readonly desired: DesiredTable;
  readonly changeReason: ChangeReason;
  readonly base: IpvsTable;
  /** Something else was wanted meanwhile, for that reason. */
  readonly next?: ChangeReason;
}

/** A table that was read. */
export interface Seen {
  readonly table: IpvsTable;
  readonly thresholds: boolean;
  readonly at: number;
}

/** What happens to the keeper. */
export type KeeperEvent =
  | { readonly type: "wanted"; readonly desired: DesiredTable; readonly changeReason: ChangeReason }
  /** It was read as it was to be. */
  | ReadEvent
  /** It was read for the director, beside what goes on. */
  | { readonly type: "noticed"; readonly read: ReadEvent }
  | { readonly type: "read-failed"; readonly message: string }
  /** The changes were made, with one outcome each. */
  | { readonly type: "applied"; readonly outcomes: readonly Outcome[] }
  /** It is not known which of the changes were made. */
  | { readonly type: "apply-failed"; readonly message: string }
  /** The time of a retry has come. */
  | { readonly type: "retry" }
  /** The table is left as it is. */
  | { readonly type: "leave" }
  /** It is time for a look. */
  | { readonly type: "look" };

/** `agrees` when the first read agreed with what was known. */
interface ReadEvent {
  readonly type: "read";
  readonly table: IpvsTable;
  readonly thresholds: boolean;
  readonly agrees: boolean;
}

/** What is to be done. */
export type Effect =
  | { readonly do: "read"; readonly thresholds: boolean }
  | { readonly do: "apply"; readonly plan: Plan }
  | { readonly do: "retry"; readonly after: number }
  /** `before` is the destination as it stood in the table before the action. */
  | {
    readonly do: "report-changed";
    readonly action: Action;
    readonly changeReason: ChangeReason;
    readonly role?: Role;
    readonly before?: Destination;
  }
  | { readonly do: "report-refused"; readonly action: Action; readonly reason?: string }
  | { readonly do: "report-unavailable"; readonly message: string }
  | { readonly do: "report-vanished"; readonly services: readonly VirtualKey[] }
  | { readonly do: "report-in-step" };

/** A state, and what is to be done on the way to it. */
export type KeeperStep = readonly [KeeperState, readonly Effect[]];

/** Nothing is known, and nothing wanted. */
export const UNKNOWN: KeeperState = {
  waits: false,
  leaves: false,
  tries: 0,
  claimed: new Set(),
  unconfirmed: new Map(),
  allUnconfirmed: false,
  undone: 0,
  unknown: [],
  again: false,
  refused: new Map(),
  vanished: new Set(),
  bypassed: new Set(),
  failedLooks: 0,
};

/**
 * Returns whether the kernel has taken all that was wanted, as far as is known. A change of a few entries, which takes some
 * milliseconds, counts as taken until it is late.
 */
export function isInStep(state: KeeperState, now: number): boolean {
  if (isOut(state) || state.vanished.size > 0) return false;
  const next = isBatch(state.doing) ? state.doing.next : undefined;
  if (next !== undefined && isWholesale(next)) return false;
  return state.due === undefined || (!isWholesale(state.due.changeReason) && now - state.due.since < USUAL);
}

/** Returns the virtual services that have vanished from the kernel, or that it never took. */
export function missingServices({ wanted, previous, refused, vanished }: KeeperState): ReadonlySet<VirtualKey> {
  if (refused.size === 0 || !wanted) return vanished;
  return new Set([...vanished, ...[...wanted.keys()].filter((key) => !previous?.has(key))]);
}

/** Returns whether there is nothing to do now; what was refused may wait for its retry. */
export function isIdle({ doing, due, waits }: KeeperState): boolean {
  return doing === undefined && (due === undefined || waits);
}

/** Returns the table that is known, if any: what is read next should agree with it. */
export function knownTable({ seen }: KeeperState, thresholds: boolean): IpvsTable | undefined {
  return seen?.thresholds === thresholds ? seen.table : undefined;
}

/** Returns whether a virtual service is ours, as far as that is known. */
export function isOurs({ wanted, claimed }: KeeperState, service: VirtualKey): boolean {
  return wanted === undefined || wanted.has(service) || claimed.has(service);
}

/** Returns whether connection thresholds are among what is wanted: reading them may cost a second look at the table. */
export function usesThresholds(desired: DesiredTable): boolean {
  for (const service of desired.values()) {
    for (const { upperThreshold, lowerThreshold } of service.destinations.values()) {
      if (upperThreshold > 0 || lowerThreshold > 0) return true;
    }
  }
  return false;
}

/** Returns the next state, and what is to be done, in steps. */
export function* reduceKeeper(state: KeeperState, event: KeeperEvent, now: number): Steps<KeeperStep> {
  switch (event.type) {
    case "wanted":
      return yield* proceed(want(state, event.desired, event.changeReason, now), now);
    case "read":
      return yield* takeRead(state, event, now);
    case "noticed":
      return state.doing ? [state, []] : yield* takeRead(state, event.read, now);
    case "read-failed":
      return takeFailedRead({ ...state, doing: undefined }, event.message, now);
    case "applied":
      return yield* takeOutcomes(state, event.outcomes, now);
    case "apply-failed":
      return takeFailure(state, event.message, now);
    case "retry":
      return yield* proceed({ ...state, waits: false }, now);
    case "leave":
      return state.unknown.length === 0
        ? [{ ...state, leaves: true }, []]
        : yield* proceed({ ...state, leaves: true, waits: false }, now);
    case "look":
      return state.doing || state.due ? [state, []] : look(state);
  }
}

function want(state: KeeperState, desired: DesiredTable, changeReason: ChangeReason, now: number): KeeperState {
  const claimed = new Set([...state.claimed, ...desired.keys()]);
  const after = {
    ...state,
    wanted: desired,
    claimed,
    allUnconfirmed: state.allUnconfirmed || setsRight(changeReason),
    waits: false,
  };
  if (isBatch(state.doing)) {
    return { ...after, doing: { ...state.doing, next: greater(state.doing.next, changeReason) } };
  }
  return {
    ...after,
    due: { changeReason: greater(state.due?.changeReason, changeReason), since: state.due?.since ?? now },
  };
}

function look(state: KeeperState): KeeperStep {
  const thresholds = state.wanted !== undefined && usesThresholds(state.wanted);
  return [{ ...state, doing: "reading" }, [{ do: "read", thresholds }]];
}

/** A single look may fail; then the table counts as out of reach, and is looked at until it can be. */
function takeFailedRead(state: KeeperState, message: string, now: number): KeeperStep {
  const failedLooks = state.failedLooks + 1;
  if (!state.due && failedLooks < FAILED_LOOKS) return [{ ...state, failedLooks }, []];
  return fail({ ...state, failedLooks: 0, due: state.due ?? { changeReason: "change", since: now } }, message);
}

/** Does the next thing that is due. */
function* proceed(state: KeeperState, now: number): Steps<KeeperStep> {
  const { wanted, due } = state;
  if (state.doing || state.waits || !wanted || !due) return [state, []];
  const seen = usable(state.seen, usesThresholds(wanted), due.changeReason, now);
  if (!seen) return look(state);
  const unconfirmed = withUnconfirmed(state.unconfirmed, yield* changedInSteps(state.previous, wanted));
  const plan = yield* planned({ ...state, unconfirmed }, seen.table, wanted);
  if (plan.length === 0) return finish({ ...state, unconfirmed, previous: wanted, due: undefined }, due.changeReason);
  if (state.leaves) return [{ ...state, unconfirmed, due: undefined }, []];
  const doing = { plan, desired: wanted, changeReason: due.changeReason, base: seen.table };
  return [{ ...state, unconfirmed, doing }, [{ do: "apply", plan }]];
}

function* planned(state: KeeperState, current: IpvsTable, desired: DesiredTable): Steps<Plan> {
  const { previous, allUnconfirmed, unconfirmed, claimed } = state;
  return yield* planInSteps({ current, desired, previous, reconcile: allUnconfirmed, unconfirmed, claimed });
}

/** A start, a reload or a stop is planned by every entry of ours; else an older look will do. */
function usable(
  seen: Seen | undefined,
  thresholds: boolean,
  changeReason: ChangeReason,
  now: number,
): Seen | undefined {
  if (!seen || seen.thresholds !== thresholds) return undefined;
  return !isWholesale(changeReason) || now - seen.at <= FRESH ? seen : undefined;
}

function* takeRead(before: KeeperState, event: ReadEvent, now: number): Steps<KeeperStep> {
  const { table, thresholds, agrees } = event;
  const effects: Effect[] = [];
  const made: Action[] = [];
  for (const batch of before.unknown) {
    // An entry that is changed twice is seen by what the last change has made of it.
    const last = new Map(batch.plan.map((action) => [subjectOf(action), action]));
    for (const [i, action] of batch.plan.entries()) {
      if (everySoOften(i)) yield;
      const isMade = isInEffect(action, table) || isInEffect(last.get(subjectOf(action))!, table);
      if (!isMade || isInEffect(action, batch.base)) continue;
      made.push(action);
      effects.push(changed(action, batch, before));
    }
  }
  const previous = before.previous && (yield* withoutDeletedInSteps(before.previous, made));
  const read: KeeperState = {
    ...before,
    previous,
    doing: undefined,
    unknown: [],
    failedLooks: 0,
    seen: { table, thresholds, at: now },
    contradictedAt: before.seen?.thresholds === thresholds && !agrees ? now : before.contradictedAt,
    bypassed: before.due ? before.bypassed : yield* bypassedInSteps(before.wanted, table),
  };
  const gone = [...before.previous?.keys() ?? []].filter((key) => !table.has(key) && before.wanted?.has(key));
  if (gone.length > 0) effects.push({ do: "report-vanished", services: gone });
  const state = gone.length > 0 ? yield* withoutServices(read, gone, now) : read;
  const [after, further] = state.due ? yield* proceed(state, now) : yield* confirm(state, table, agrees, now);
  return [after, [...effects, ...further]];
}

/** Virtual services that have vanished are put back; all that was in them is doubted, as the look may have been wrong. */
function* withoutServices(state: KeeperState, gone: readonly VirtualKey[], now: number): Steps<KeeperState> {
  const vanished = new Set(gone);
  const previous = new Map([...state.previous ?? []].filter(([key]) => !vanished.has(key)));
  const unconfirmed = withUnconfirmed(state.unconfirmed, yield* changedInSteps(state.previous, previous));
  return { ...state, previous, unconfirmed, vanished, due: state.due ?? { changeReason: "change", since: now } };
}

/** Nothing is due: what was changed is there, or is made again. */
function* confirm(state: KeeperState, table: IpvsTable, agrees: boolean, now: number): Steps<KeeperStep> {
  const { wanted, unconfirmed, allUnconfirmed } = state;
  if (!wanted || !(allUnconfirmed || unconfirmed.size > 0)) return [state, []];
  const left = yield* planned(state, table, wanted);
  if (left.length === 0) {
    const { contradictedAt = -Infinity } = state;
    if (!agrees || now - contradictedAt < SETTLES) return [state, []];
    return [
      { ...state, unconfirmed: new Map(), allUnconfirmed: false, undone: 0, claimed: new Set(wanted.keys()) },
      [],
    ];
  }
  const undone = state.undone + 1;
  const due = { changeReason: "change", since: now } as const;
  if (undone < UNDONE) return yield* proceed({ ...state, undone, due }, now);
  return refuse({ ...state, undone, due }, left.map((action) => ({ action })));
}

function* takeOutcomes(before: KeeperState, outcomes: readonly Outcome[], now: number): Steps<KeeperStep> {
  const batch = before.doing;
  if (!isBatch(batch)) return [before, []];
  const effects: Effect[] = [];
  const made: Action[] = [];
  const refused: Refused[] = [];
  const unknown: Action[] = [];
  for (const [i, action] of batch.plan.entries()) {
    if (everySoOften(i)) yield;
    const outcome = outcomes[i] ?? { taken: undefined };
    if (outcome.taken) {
      made.push(action);
      effects.push(changed(action, batch, before));
    } else if (outcome.taken === undefined) unknown.push(action);
    else refused.push({ action, reason: outcome.reason });
  }
  const left = [...refused.map(({ action }) => action), ...unknown];
  const previous = yield* takenInSteps(batch.desired, before.previous, left);
  const unconfirmed = withoutChanged(before.unconfirmed, made);
  const ended = { ...withNext(before, batch, left.length > 0, now), previous, unconfirmed };
  if (left.length === 0) {
    const seen = before.seen && { ...before.seen, table: yield* tableAfterInSteps(batch.base, made) };
    const [done, further] = finish({ ...ended, seen }, batch.changeReason);
    const [state, more] = yield* proceed(done, now);
    return [state, [...effects, ...further, ...more]];
  }
  const open = unknown.length > 0 ? [...before.unknown, { ...batch, plan: unknown }] : before.unknown;
  const state = { ...ended, seen: undefined, unknown: open };
  const isFirst = !before.again;
  const [after, further] = isFirst
    ? yield* proceed({ ...state, again: true }, now)
    : refuse(state, [...refused, ...unknown.map((action) => ({ action }))]);
  return [after, [...effects, ...further]];
}

function takeFailure(before: KeeperState, message: string, now: number): KeeperStep {
  const batch = before.doing;
  if (!isBatch(batch)) return [before, []];
  const ended = withNext(before, batch, true, now);
  return fail({ ...ended, seen: undefined, unknown: [...before.unknown, batch] }, message);
}

/** The state after a batch: `isOpen` when something of it is still to be done. */
function withNext(before: KeeperState, { changeReason, next }: Batch, isOpen: boolean, now: number): KeeperState {
  if (isOpen) {
    const due = { changeReason: greater(next, changeReason), since: before.due?.since ?? now };
    return { ...before, doing: undefined, due };
  }
  return { ...before, doing: undefined, due: next && { changeReason: next, since: now } };
}

/** All is done, unless something else was wanted meanwhile. A start and a reload are confirmed at once. */
function finish(state: KeeperState, changeReason: ChangeReason): KeeperStep {
  const effects: Effect[] = isOut(state) ? [{ do: "report-in-step" }] : [];
  const well = { refused: new Map<string, string>(), unavailable: undefined, vanished: new Set<VirtualKey>() };
  const done = { ...state, ...well, again: false, tries: 0 };
  if (done.due || !setsRight(changeReason)) return [done, effects];
  const [looking, further] = look(done);
  return [looking, [...effects, ...further]];
}

/** The table cannot be reached: said once, and tried again. */
function fail(state: KeeperState, message: string): KeeperStep {
  const effects: Effect[] = message === state.unavailable ? [] : [{ do: "report-unavailable", message }];
  return retryLater({ ...state, unavailable: message, seen: undefined }, effects);
}

interface Refused {
  readonly action: Action;
  readonly reason?: string;
}

/** The kernel does not take some changes: each is said once, and tried again. */
function refuse(state: KeeperState, all: readonly Refused[]): KeeperStep {
  // A virtual service that was not taken takes all its real servers with it: one line tells it.
  const missing = new Set(all.flatMap(({ action }) => action.do === "add-service" ? [serviceOf(action)] : []));
  const refused = new Map(all.map(({ action, reason }) => [subjectOf(action), reason ?? ""]));
  const effects = all.flatMap(({ action, reason }): Effect[] => {
    const isReported = state.refused.get(subjectOf(action)) === (reason ?? "");
    const isImplied = "destination" in action && missing.has(serviceOf(action));
    return isReported || isImplied ? [] : [{ do: "report-refused", action, reason }];
  });
  return retryLater({ ...state, refused, unavailable: undefined, again: false, seen: undefined }, effects);
}

function retryLater(state: KeeperState, effects: readonly Effect[]): KeeperStep {
  const after = RETRY_DELAYS[Math.min(state.tries, RETRY_DELAYS.length - 1)];
  return [{ ...state, waits: true, tries: state.tries + 1 }, [...effects, { do: "retry", after }]];
}

function* bypassedInSteps(wanted: DesiredTable | undefined, table: IpvsTable): Steps<ReadonlySet<RealId>> {
  const bypassed = new Set<RealId>();
  let count = 0;
  for (const [service, { destinations }] of wanted ?? []) {
    const kernel = table.get(service)?.destinations;
    for (const [key, { weight }] of destinations) {
      if (everySoOften(count++)) yield;
      if (weight > 0 && !kernel?.get(key)?.weight) bypassed.add(realId(service, key));
    }
  }
  return bypassed;
}

function changed(action: Action, { desired, base, changeReason }: Batch, { previous }: KeeperState): Effect {
  const report = { do: "report-changed", action, changeReason } as const;
  if (!("destination" in action)) return report;
  const [service, key] = [serviceOf(action), destinationKey(action.destination)];
  const wanted = desired.get(service)?.destinations.get(key) ?? previous?.get(service)?.destinations.get(key);
  return { ...report, role: wanted?.role, before: base.get(service)?.destinations.get(key) };
}

function isBatch(doing: KeeperState["doing"]): doing is Batch {
  return typeof doing === "object";
}

function isOut({ refused, unavailable }: KeeperState): boolean {
  return refused.size > 0 || unavailable !== undefined;
}

/** A start and a reload look at every entry of ours; otherwise only what we want differently is touched. */
function setsRight(changeReason: ChangeReason): boolean {
  return changeReason === "start" || changeReason === "reload";
}

/** A start, a reload or a stop, and not the change of a few entries. */
function isWholesale(changeReason: ChangeReason): boolean {
  return changeReason !== "change" && changeReason !== "weight";
}

function greater(one: ChangeReason | undefined, other: ChangeReason): ChangeReason {
  return CHANGE_REASONS[Math.max(CHANGE_REASONS.indexOf(one ?? other), CHANGE_REASONS.indexOf(other))];
}
