/**
 * Every rule of up and down. A pure reducer: health and an event give the next health.
 *
 * | a real server that is | and the event is               | becomes                                         |
 * | --------------------- | ------------------------------ | ----------------------------------------------- |
 * | up                    | a passed round                 | up, failures 0                                  |
 * | up                    | a failed round                 | up, failures + 1; down at `failurecount`        |
 * | down                  | a passed round                 | down, passes + 1; up at `risecount`             |
 * | down                  | a failed round                 | down, with the newest reason                    |
 * | any                   | a round that could not be made | unchanged: our trouble says nothing of the server |
 * | any                   | a maintenance file appears     | as before, and held out while the file is there |
 *
 * At start the kernel's table speaks first: a real server found there with weight is up until its checks say
 * otherwise, one that is absent or at weight 0 is down until its first round has passed.
 */

import type { CheckKey, CheckResult } from "../model/check.ts";
import type { DestinationKey, IpvsTable, TableService, VirtualKey } from "../model/table.ts";
import type { Model, RealServer, VirtualService } from "../model/virtual_service.ts";
import { usersOf } from "./check_users.ts";
import { maintenanceFile } from "./maintenance.ts";

/** What was found in the kernel's table when this real server came under our care. */
export type Found = "active" | "quiescent" | "absent";

/** The health of one real server in one virtual service. */
export interface RealHealth {
  readonly up: boolean;
  /** False until the first round has said something; the table's word counts till then. */
  readonly verified: boolean;
  readonly found: Found;
  /** Failed rounds in a row. */
  readonly failures: number;
  /** Passed rounds in a row while it is down. */
  readonly passes: number;
  /** How much of its weight it gets: less than 1 while it climbs back (`slowstart`). */
  readonly share: number;
  /** One line: what the last deciding round said. */
  readonly reason: string;
  /** When `up` last changed, in milliseconds of the director's clock. */
  readonly since: number;
  /** The maintenance file that holds this real server out. */
  readonly maintenance?: string;
}

/** The health of one virtual service. */
export interface VirtualHealth {
  /** The time given to first rounds is over: the fallback need not wait for more verdicts. */
  readonly settled: boolean;
  /** The fallback was in the table when we came. */
  readonly fallbackFound: boolean;
  readonly reals: ReadonlyMap<DestinationKey, RealHealth>;
}

/** The health of everything in the configuration. */
export type Health = ReadonlyMap<VirtualKey, VirtualHealth>;

/** What can change health. Times are milliseconds of the director's clock. */
export type HealthEvent =
  /** Rounds that have ended, in the order of their ends. */
  | { readonly type: "rounds"; readonly rounds: readonly EndedRound[] }
  /** First rounds have had their time. */
  | { readonly type: "settled" }
  /** Time has passed for those that climb back. */
  | { readonly type: "climb"; readonly at: number }
  /** The names of all files in the maintenance directory, as they are now. */
  | { readonly type: "maintenance"; readonly files: ReadonlySet<string>; readonly names: HostNames };

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
  const health = new Map<VirtualKey, VirtualHealth>();
  for (const virtual of model.virtuals.values()) {
    health.set(virtual.key, adoptVirtual(virtual, table.get(virtual.key), before.get(virtual.key), at));
  }
  return health;
}

/** The next health. Gives the very same object when nothing changed. */
export function reduce(before: Health, event: HealthEvent, model: Model): Health {
  switch (event.type) {
    case "rounds":
      return reduceRounds(before, event.rounds, model);
    case "settled":
      return reduceVirtuals(before, (virtual) => virtual.settled ? virtual : { ...virtual, settled: true });
    case "climb":
      return reduceReals(before, (real, virtual) => climb(real, virtual.slowStart, event.at), model);
    case "maintenance": {
      const { files, names } = event;
      return reduceReals(before, (health, _virtual, real) => {
        const maintenance = maintenanceFile(real, files, model.hostNames, names);
        return maintenance === health.maintenance ? health : { ...health, maintenance };
      }, model);
    }
  }
}

/** Whether clients may be sent to this real server. */
export function isServing(real: RealHealth): boolean {
  return real.up && real.maintenance === undefined;
}

/** Whether it is open if this real server goes down or comes back: the rounds so far point there, and do not suffice. */
export function isInDoubt(real: RealHealth): boolean {
  return real.verified && (real.up ? real.failures > 0 : real.passes > 0);
}

/** Whether the weight of some real server is on its way back. */
export function isClimbing(health: Health): boolean {
  return [...health.values()].some((virtual) => [...virtual.reals.values()].some((real) => real.share < 1));
}

/**
 * Whether no real server can serve, and enough is known to say so: the fallback's turn. With `checktype = off`, where
 * no real server has health, it never is; a virtual service without real servers always needs it.
 */
export function needsFallback(virtual: VirtualService, health: VirtualHealth): boolean {
  const reals = [...health.reals.values()];
  if (reals.some(isServing) || (reals.length === 0 && virtual.reals.size > 0)) return false;
  return health.settled || health.fallbackFound || reals.every((real) => real.verified || real.maintenance);
}

function adoptVirtual(
  virtual: VirtualService,
  table: TableService | undefined,
  before: VirtualHealth | undefined,
  at: number,
): VirtualHealth {
  const reals = new Map<DestinationKey, RealHealth>();
  for (const real of virtual.reals.values()) {
    if (real.policy.kind === "off") continue;
    const known = before?.reals.get(real.key);
    const carries = known && (known.verified || known.up) && real.policy.kind === "checked";
    reals.set(real.key, carries ? known : adoptReal(real, table, at));
  }
  const fallback = virtual.fallback?.key;
  return {
    settled: before?.settled ?? false,
    fallbackFound: before?.fallbackFound ??
      (fallback !== undefined && !virtual.reals.has(fallback) && table?.destinations.has(fallback) === true),
    reals,
  };
}

function adoptReal(
  real: RealServer,
  table: TableService | undefined,
  at: number,
): RealHealth {
  if (real.policy.kind === "on") {
    return { ...FULL, up: true, verified: true, found: "active", reason: "not checked", since: at };
  }
  const weight = table?.destinations.get(real.key)?.weight;
  const found = weight === undefined ? "absent" : weight === 0 ? "quiescent" : "active";
  const reason = found === "active" ? "in the table before the first check" : "waiting for the first check";
  return { ...FULL, up: found === "active", verified: false, found, reason, since: at };
}

/** Nothing counted, and no climb under way. */
const FULL = { failures: 0, passes: 0, share: 1 };

function reduceRounds(before: Health, rounds: readonly EndedRound[], model: Model): Health {
  // Thousands of rounds may end at once: each virtual service that changes is copied once, not once a round.
  const changed = new Map<VirtualKey, Map<DestinationKey, RealHealth>>();
  for (const round of rounds) {
    if (!round.result.up && round.result.why === "internal") continue;
    for (const { virtual, real } of usersOf(model, round.check)) {
      const reals = changed.get(virtual.key) ?? before.get(virtual.key)?.reals;
      const realHealth = reals?.get(real.key);
      if (!reals || !realHealth) continue;
      const next = reduceReal(realHealth, round.result, virtual, round.at);
      if (next === realHealth) continue;
      const copy = changed.get(virtual.key) ?? new Map(reals);
      changed.set(virtual.key, copy.set(real.key, next));
    }
  }
  return reduceVirtuals(before, (virtual, key) => {
    const reals = changed.get(key);
    return reals ? { ...virtual, reals } : virtual;
  });
}

function reduceReal(before: RealHealth, result: CheckResult, virtual: VirtualService, at: number): RealHealth {
  return result.up ? pass(before, result.detail, virtual, at) : fail(before, result.detail, virtual, at);
}

function pass(before: RealHealth, reason: string, { riseCount, slowStart }: VirtualService, at: number): RealHealth {
  if (before.up) {
    if (before.verified && before.failures === 0) return before;
    return { ...before, verified: true, failures: 0, reason };
  }
  const passes = before.passes + 1;
  // Who was never found dead has nothing to prove, and nothing to climb back from.
  if (!before.verified) return { ...before, ...FULL, up: true, verified: true, reason, since: at };
  if (passes < riseCount) return { ...before, passes, reason: `${reason} (${passes} of ${riseCount} checks passed)` };
  return { ...before, ...FULL, up: true, share: slowStart > 0 ? 0 : 1, reason, since: at };
}

function fail(before: RealHealth, reason: string, { failureCount }: VirtualService, at: number): RealHealth {
  const failures = before.failures + 1;
  if (!before.up) {
    if (before.verified && before.passes === 0 && before.reason === reason) return before;
    return { ...before, verified: true, failures, passes: 0, reason };
  }
  if (failures < failureCount) return { ...before, verified: true, failures };
  return { ...before, ...FULL, up: false, verified: true, failures, reason, since: at };
}

/** The weight grows with the time since the return; steps of a hundredth are fine enough for any weight. */
function climb(before: RealHealth, slowStart: number, at: number): RealHealth {
  if (before.share >= 1) return before;
  const share = Math.min(1, Math.floor((at - before.since) / (slowStart * 10)) / 100);
  return share === before.share ? before : { ...before, share };
}

function reduceReals(
  before: Health,
  change: (health: RealHealth, virtual: VirtualService, real: RealServer) => RealHealth,
  model: Model,
): Health {
  return reduceVirtuals(before, (health, key) => {
    const virtual = model.virtuals.get(key);
    let reals: Map<DestinationKey, RealHealth> | undefined;
    for (const [realKey, realHealth] of health.reals) {
      const real = virtual?.reals.get(realKey);
      const next = virtual && real ? change(realHealth, virtual, real) : realHealth;
      if (next !== realHealth) (reals ??= new Map(health.reals)).set(realKey, next);
    }
    return reals ? { ...health, reals } : health;
  });
}

function reduceVirtuals(
  before: Health,
  change: (virtual: VirtualHealth, key: VirtualKey) => VirtualHealth,
): Health {
  let after: Map<VirtualKey, VirtualHealth> | undefined;
  for (const [key, virtual] of before) {
    const next = change(virtual, key);
    if (next !== virtual) (after ??= new Map(before)).set(key, next);
  }
  return after ?? before;
}
