/**
 * Every rule of up and down. A pure reducer: health and an event give the next health.
 *
 * | a real server that is | and the event is               | becomes                                         |
 * | --------------------- | ------------------------------ | ----------------------------------------------- |
 * | up                    | a passed round                 | up, failures 0                                  |
 * | up                    | a failed round                 | up, failures + 1; down at `failurecount`        |
 * | down                  | a passed round                 | up, failures 0                                  |
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
    case "maintenance":
      return reduceMaintenance(before, event, model);
  }
}

/** Whether clients may be sent to this real server. */
export function isServing(real: RealHealth): boolean {
  return real.up && real.maintenance === undefined;
}

/** Whether no real server can serve, and enough is known to say so: the fallback's turn. */
export function needsFallback(virtual: VirtualHealth): boolean {
  const reals = [...virtual.reals.values()];
  if (reals.some(isServing)) return false;
  return virtual.settled || virtual.fallbackFound || reals.every((real) => real.verified || real.maintenance);
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
    return { up: true, verified: true, found: "active", failures: 0, reason: "not checked", since: at };
  }
  const weight = table?.destinations.get(real.key)?.weight;
  const found = weight === undefined ? "absent" : weight === 0 ? "quiescent" : "active";
  const reason = found === "active" ? "in the table before the first check" : "waiting for the first check";
  return { up: found === "active", verified: false, found, failures: 0, reason, since: at };
}

function reduceRounds(before: Health, rounds: readonly EndedRound[], model: Model): Health {
  // Thousands of rounds may end at once: each virtual service that changes is copied once, not once a round.
  const changed = new Map<VirtualKey, Map<DestinationKey, RealHealth>>();
  for (const round of rounds) {
    if (!round.result.up && round.result.why === "internal") continue;
    for (const { virtual, real } of usersOf(model, round.check)) {
      const reals = changed.get(virtual.key) ?? before.get(virtual.key)?.reals;
      const realHealth = reals?.get(real.key);
      if (!reals || !realHealth) continue;
      const next = reduceReal(realHealth, round.result, virtual.failureCount, round.at);
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

function reduceReal(before: RealHealth, result: CheckResult, failureCount: number, at: number): RealHealth {
  const reason = result.detail;
  if (result.up) {
    if (before.up && before.verified && before.failures === 0) return before;
    return { ...before, up: true, verified: true, failures: 0, reason, since: before.up ? before.since : at };
  }
  if (!before.up) {
    if (before.verified && before.reason === reason) return before;
    return { ...before, verified: true, failures: before.failures + 1, reason };
  }
  const failures = before.failures + 1;
  if (failures < failureCount) return { ...before, verified: true, failures };
  return { ...before, up: false, verified: true, failures, reason, since: at };
}

function reduceMaintenance(
  before: Health,
  event: Extract<HealthEvent, { type: "maintenance" }>,
  model: Model,
): Health {
  return reduceVirtuals(before, (health, key) => {
    const virtual = model.virtuals.get(key);
    let reals: Map<DestinationKey, RealHealth> | undefined;
    for (const [realKey, realHealth] of health.reals) {
      const real = virtual?.reals.get(realKey);
      const maintenance = real && maintenanceFile(real, event.files, model.hostNames, event.names);
      if (maintenance === realHealth.maintenance) continue;
      reals ??= new Map(health.reals);
      reals.set(realKey, { ...realHealth, maintenance });
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
