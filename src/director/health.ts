/**
 * Every rule of up and down. A pure reducer: health and an event give the next health.
 *
 * A real server is up when all its checks say so (check_health.ts has the rules of one), and available when it is up and
 * neither a maintenance file nor an operator's order holds it out. A round that could not be made takes no real server out and
 * brings none in: it says nothing of the server: its state is unknown from then on (real_state.ts).
 *
 * At start the kernel's table speaks first: a real server found there with weight is up until its checks say
 * otherwise, one that is absent or at weight 0 is down until its first rounds have passed. Where a reload brings a real server
 * with a check that was made for others, the last round counts as its first.
 */

import { type Check, type CheckKey, type CheckResult, looksAtFile } from "../model/check.ts";
import { type Orders, realId } from "../model/orders.ts";
import { atOnce, everySoOften, type Steps } from "../model/steps.ts";
import type { Destination, DestinationKey, IpvsTable, TableService, VirtualKey } from "../model/table.ts";
import { checksOf, type Model, type RealServer, type VirtualService, withOwnCounts } from "../model/virtual_service.ts";
import { type CheckHealth, reduceCheck, unverified } from "./check_health.ts";
import { usersOf } from "./check_users.ts";
import { maintenanceFile } from "./maintenance.ts";
import type { Health, RealHealth, VirtualHealth } from "./real_health.ts";
import { withQuorum } from "./quorum.ts";

/** What can change health. Times are milliseconds of the director's clock. */
export type HealthEvent =
  /** Rounds that have ended, in the order of their ends. */
  | { readonly type: "rounds"; readonly rounds: readonly EndedRound[] }
  /** Rounds that ended before a reload brought further real servers with the same check: they count for these alone. */
  | { readonly type: "recalled"; readonly rounds: readonly EndedRound[] }
  /** First rounds have had their time. */
  | { readonly type: "settled" }
  /** Time has passed for those that climb back. */
  | { readonly type: "slow-start"; readonly at: number }
  /** The names of all files in the maintenance directory, as they are now. */
  | { readonly type: "maintenance"; readonly files: ReadonlySet<string>; readonly names: HostNames }
  /** All orders of the operator that are in force, as they are now. */
  | { readonly type: "orders"; readonly orders: Orders };

/** One round of a check with its verdict. */
export interface EndedRound {
  readonly check: CheckKey;
  readonly result: CheckResult;
  readonly at: number;
}

/** Further host names of real servers' addresses, from reverse look-ups. */
export type HostNames = ReadonlyMap<string, readonly string[]>;

/**
 * The health to begin with: what is known of entries that the configuration had before, and
 * the table's word for all others.
 */
export function adopt(model: Model, table: IpvsTable, before: Health, at: number): Health {
  return atOnce(adoptInSteps(model, table, before, at));
}

/** The same in steps. */
export function* adoptInSteps(model: Model, table: IpvsTable, before: Health, at: number): Steps<Health> {
  const health = new Map<VirtualKey, VirtualHealth>();
  for (const virtual of model.virtuals.values()) {
    health.set(virtual.key, yield* adoptVirtual(virtual, table.get(virtual.key), before.get(virtual.key), at));
  }
  return health;
}

/** The next health. Gives the very same object when nothing changed. */
export function reduce(before: Health, event: HealthEvent, model: Model): Health {
  return atOnce(reduceInSteps(before, event, model));
}

/** The same in steps. */
export function* reduceInSteps(before: Health, event: HealthEvent, model: Model): Steps<Health> {
  const after = yield* reduceEvent(before, event, model);
  if (after === before) return before;
  return yield* reduceVirtuals(after, (health, key) => {
    const virtual = health === before.get(key) ? undefined : model.virtuals.get(key);
    return virtual ? withQuorum(virtual, health) : health;
  });
}

function* reduceEvent(before: Health, event: HealthEvent, model: Model): Steps<Health> {
  switch (event.type) {
    case "rounds":
      return yield* reduceRounds(before, event.rounds, model);
    case "recalled":
      return yield* reduceRounds(before, event.rounds, model, awaitsFirstRound);
    case "settled":
      return yield* reduceVirtuals(before, (virtual) => virtual.settled ? virtual : { ...virtual, settled: true });
    case "slow-start":
      return yield* reduceReals(before, (real, virtual) => raiseShare(real, virtual.slowStart, event.at), model);
    case "maintenance": {
      const { files, names } = event;
      return yield* reduceReals(before, (health, _virtual, real) => {
        const maintenance = maintenanceFile(real, files, model.hostNames, names);
        return maintenance === health.maintenance ? health : { ...health, maintenance };
      }, model);
    }
    case "orders":
      return yield* reduceReals(before, (health, virtual, real) => {
        const orders = event.orders.get(realId(virtual.key, real.key));
        return orders === health.orders ? health : { ...health, orders };
      }, model);
  }
}

/** Returns the health of the real servers that a check has verified: of the others the table knows more. */
export function verifiedHealth(health: Health): Health {
  return new Map(
    [...health].map(([key, virtual]) => {
      const reals = new Map([...virtual.reals].filter(([, real]) => real.verified));
      return [key, { ...virtual, reals }];
    }),
  );
}

/** Whether the weight of some real server is on its way back. */
export function isSlowStarting(health: Health): boolean {
  for (const { reals } of health.values()) {
    for (const real of reals.values()) if (real.share < 1) return true;
  }
  return false;
}

function* adoptVirtual(
  virtual: VirtualService,
  table: TableService | undefined,
  before: VirtualHealth | undefined,
  at: number,
): Steps<VirtualHealth> {
  const reals = new Map<DestinationKey, RealHealth>();
  let count = 0;
  for (const real of virtual.reals.values()) {
    if (everySoOften(count++)) yield;
    if (real.policy.kind === "off") continue;
    reals.set(real.key, adoptReal(real, table, before?.reals.get(real.key), at));
  }
  const fallback = virtual.fallback?.key;
  const leaving = leavingOf(virtual, table);
  return withQuorum(virtual, {
    service: before?.service ?? "unknown",
    failOpen: before?.failOpen ?? false,
    // What leaves can serve until the first rounds of what comes in its place have had their time.
    settled: leaving.size === 0 && (before?.settled ?? false),
    fallbackFound: before?.fallbackFound ??
      (fallback !== undefined && !virtual.reals.has(fallback) && table?.destinations.has(fallback) === true),
    leaving,
    reals,
  });
}

function leavingOf(virtual: VirtualService, table: TableService | undefined): Map<DestinationKey, Destination> {
  const others = [...table?.destinations ?? []].filter(([key]) =>
    !virtual.reals.has(key) && key !== virtual.fallback?.key
  );
  return new Map(others.filter(([, { weight }]) => weight > 0));
}

function adoptReal(
  real: RealServer,
  table: TableService | undefined,
  before: RealHealth | undefined,
  at: number,
): RealHealth {
  if (real.policy.kind === "on") {
    const known = { up: true, verified: true, reason: "not checked" };
    return { ...known, found: "active", share: 1, since: at, checks: new Map() };
  }
  const weight = table?.destinations.get(real.key)?.weight;
  const found = weight === undefined ? "absent" : weight === 0 ? "quiescent" : "active";
  const known = before?.checks.size ? before : undefined;
  const up = known ? known.up : found === "active";
  const reason = known?.reason ??
    (up ? "in the table before the first check" : "waiting for the first check");
  const checks = new Map(
    checksOf(real.policy).map(({ key }) => [key, known?.checks.get(key) ?? unverified(up, reason)]),
  );
  const start: RealHealth = known ?? { up, verified: false, found, share: 1, reason, since: at, checks };
  return { ...start, verified: isVerified(checks), trouble: troubleOf(checks, real), found, checks };
}

/** Whether the checks have said enough to go by: all of them, or one that the server is down. */
function isVerified(checks: ReadonlyMap<CheckKey, CheckHealth>): boolean {
  const views = [...checks.values()];
  return views.every((view) => view.verified) || views.some((view) => view.verified && !view.up);
}

/** Whether no round of a check has ended for this real server. */
export function awaitsFirstRound(real: RealHealth, check: CheckKey): boolean {
  const view = real.checks.get(check);
  return view !== undefined && !view.verified && view.trouble === undefined;
}

function* reduceRounds(
  before: Health,
  rounds: readonly EndedRound[],
  model: Model,
  counts: (real: RealHealth, check: CheckKey) => boolean = () => true,
): Steps<Health> {
  // Thousands of rounds may end at once: each virtual service that changes is copied once, not once a round.
  const changed = new Map<VirtualKey, Map<DestinationKey, RealHealth>>();
  for (const [i, round] of rounds.entries()) {
    if (everySoOften(i)) yield;
    for (const { virtual, real } of usersOf(model, round.check)) {
      const reals = changed.get(virtual.key) ?? before.get(virtual.key)?.reals;
      const realHealth = reals?.get(real.key);
      if (!reals || !realHealth || !counts(realHealth, round.check)) continue;
      const next = reduceReal(realHealth, round, virtual, real);
      if (next === realHealth) continue;
      const copy = changed.get(virtual.key) ?? new Map(reals);
      changed.set(virtual.key, copy.set(real.key, next));
    }
  }
  return yield* replaceReals(before, changed);
}

function reduceReal(before: RealHealth, round: EndedRound, virtual: VirtualService, real: RealServer): RealHealth {
  const view = before.checks.get(round.check);
  const next = view && reduceCheck(view, round.result, withOwnCounts(virtual, real), round.at);
  if (!next || next === view) return before;
  const checks = new Map(before.checks).set(round.check, next);
  const up = [...checks.values()].every((each) => each.up);
  const trouble = troubleOf(checks, real);
  const after = { ...before, up, verified: isVerified(checks), reason: reasonOf(checks, real), trouble, checks };
  if (up === before.up) return after;
  // Slow start applies only to servers that have been down.
  const startsSlowly = up && before.verified && virtual.slowStart > 0;
  return { ...after, share: startsSlowly ? 0 : 1, since: round.at };
}

/** What the first check says that is not content, or else the main one. Where there are several, its name goes before. */
function reasonOf(checks: ReadonlyMap<CheckKey, CheckHealth>, real: RealServer): string {
  const all = checksOf(real.policy);
  const decisive = all.find(({ key }) => checks.get(key)?.up === false) ?? all[0];
  return reasonText(decisive, checks.get(decisive.key)?.reason ?? "", all.length);
}

/** The first trouble of its checks, unless one that could be made says that it is down. */
function troubleOf(checks: ReadonlyMap<CheckKey, CheckHealth>, real: RealServer): string | undefined {
  if ([...checks.values()].some((view) => view.trouble === undefined && view.verified && !view.up)) return undefined;
  const all = checksOf(real.policy);
  for (const check of all) {
    const trouble = checks.get(check.key)?.trouble;
    if (trouble !== undefined) return reasonText(check, trouble, all.length);
  }
  return undefined;
}

/** What one of so many checks says, with its name where there are several. */
function reasonText({ method, target }: Check, what: string, checks: number): string {
  if (checks === 1) return what;
  if (looksAtFile(method)) return `${method}: ${what}`;
  return `${method === "negotiate" ? target.service : method} at port ${target.port}: ${what}`;
}

/** The weight grows with the time since the return; steps of a hundredth are fine enough for any weight. */
function raiseShare(before: RealHealth, slowStart: number, at: number): RealHealth {
  if (before.share >= 1) return before;
  const share = Math.min(1, Math.floor((at - before.since) / (slowStart * 10)) / 100);
  return share === before.share ? before : { ...before, share };
}

function* reduceReals(
  before: Health,
  change: (health: RealHealth, virtual: VirtualService, real: RealServer) => RealHealth,
  model: Model,
): Steps<Health> {
  const changed = new Map<VirtualKey, Map<DestinationKey, RealHealth>>();
  let count = 0;
  for (const [key, health] of before) {
    const virtual = model.virtuals.get(key);
    if (!virtual) continue;
    for (const [realKey, realHealth] of health.reals) {
      if (everySoOften(count++)) yield;
      const real = virtual.reals.get(realKey);
      const next = real ? change(realHealth, virtual, real) : realHealth;
      if (next === realHealth) continue;
      const reals = changed.get(key) ?? new Map(health.reals);
      changed.set(key, reals.set(realKey, next));
    }
  }
  return yield* replaceReals(before, changed);
}

/** The health with other real servers in some of its virtual services. */
function* replaceReals(
  before: Health,
  changed: ReadonlyMap<VirtualKey, ReadonlyMap<DestinationKey, RealHealth>>,
): Steps<Health> {
  return yield* reduceVirtuals(before, (virtual, key) => {
    const reals = changed.get(key);
    return reals ? { ...virtual, reals } : virtual;
  });
}

function* reduceVirtuals(
  before: Health,
  change: (virtual: VirtualHealth, key: VirtualKey) => VirtualHealth,
): Steps<Health> {
  let after: Map<VirtualKey, VirtualHealth> | undefined;
  let count = 0;
  for (const [key, virtual] of before) {
    if (everySoOften(count++)) yield;
    const next = change(virtual, key);
    if (next !== virtual) (after ??= new Map(before)).set(key, next);
  }
  return after ?? before;
}
