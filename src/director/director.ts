import type { Round } from "../checkers/run.ts";
import { type IpvsDriver, IpvsUnavailable } from "../ipvs/driver.ts";
import type { Check, CheckKey, CheckMethod } from "../model/check.ts";
import type { Orders } from "../model/orders.ts";
import type { Action } from "../model/plan.ts";
import { everySoOften, type Steps } from "../model/steps.ts";
import { destinationKey, type IpvsTable, virtualKey } from "../model/table.ts";
import { type Model, realServersIn, type VirtualService } from "../model/virtual_service.ts";
import { WorkQueue } from "../model/work_queue.ts";
import { type Census, censusOf, NO_SHORTFALL } from "./census.ts";
import { isInDoubt, verdictOf } from "./check_health.ts";
import { checksIn, indexInSteps, usersOf } from "./check_users.ts";
import type { Clock } from "../model/clock.ts";
import { type DesiredMemo, type DesiredTable, desiredTable, desiredTableInSteps } from "./desired.ts";
import type { Occasion, Report } from "./events.ts";
import {
  adopt,
  adoptInSteps,
  type EndedRound,
  type HealthEvent,
  heardOf,
  type HostNames,
  isClimbing,
  isUnheard,
  reduceInSteps,
} from "./health.ts";
import type { Health } from "./real_health.ts";
import type { OverdueCheck } from "./overdue.ts";
import { Rounds, type WaitingRounds } from "./rounds.ts";
import type { Sentinel } from "./sentinel.ts";
import { mostSentinels, type OpenSentinel, Sentinels, wantedSentinels } from "./sentinels.ts";
import { TableKeeper } from "./table_keeper.ts";
import { transitionsInSteps } from "./transitions.ts";

/** Milliseconds that verdicts are gathered before they are acted upon together. */
const GATHER = 10;

/** Milliseconds at a start that first verdicts are waited for, so that most of the table goes to the kernel at once. */
const HOLD = 500;

/** Milliseconds that first rounds get before the fallback steps in for those that have not answered. */
const SETTLE = 1_000;

/** Milliseconds for which leaving the table is tried again, and between two tries. */
const LEAVE = 5_000;
const TRY_AGAIN = 500;

/** Milliseconds between two steps of those that climb back to their weight; less where all of `slowstart` is less. */
const STEP = 1_000;

/** What the director needs from outside. */
export interface DirectorPorts {
  readonly driver: IpvsDriver;
  readonly clock: Clock;
  readonly report: Report;
  /** Makes one round of a check; never rejects. Calls `onReleased` when the round holds no descriptor any more. */
  runRound(check: Check, method: CheckMethod, onReleased: () => void): Promise<Round>;
  /** Descriptors that all rounds and sentinels together may hold; absent = as many as they want. */
  readonly descriptors?: number;
  /** Opens the connections of sentinels; absent = there are none. */
  readonly openSentinel?: OpenSentinel;
}

/**
 * The director: runs the checks, turns their verdicts into health, health into the wanted table, and has
 * the keeper bring the kernel to it. All rules are elsewhere; this is the loop that joins them.
 */
export class Director {
  readonly #ports: DirectorPorts;
  #keeper: TableKeeper;
  readonly #rounds: Rounds;
  readonly #sentinels: Sentinels | undefined;
  #model: Model;
  #health: Health = new Map();
  #desired: DesiredMemo | undefined;
  #gathered: EndedRound[] = [];
  /** Rounds that have ended and have not changed the health yet, the gathered ones among them. */
  readonly #untaken = new Set<EndedRound>();
  /** What holds until it is said anew, for entries that a reload brings as well. */
  readonly #standing = new Map<HealthEvent["type"], HealthEvent>();
  /** Checks whose first round has not ended. */
  #unheard = new Set<CheckKey>();
  /** What changes the health, one after the other. */
  readonly #work = new WorkQueue();
  #census: { readonly basis: readonly unknown[]; readonly counted: Census } | undefined;
  #climbing = false;
  #stopped = false;
  #standby: boolean;
  /** Under way when the table is being left, or was. */
  #leaving: Promise<string | undefined> | undefined;
  #firstVerdicts = Promise.withResolvers<void>();

  /** @param standby checks, and leaves the table to another director until {@link activate}. */
  constructor(model: Model, ports: DirectorPorts, standby = false) {
    this.#model = model;
    this.#ports = ports;
    this.#standby = standby;
    this.#keeper = this.#newKeeper();
    this.#rounds = new Rounds({ descriptors: Infinity, ...ports, onEnd: (check, round) => this.#hear(check, round) });
    this.#sentinels = this.#newSentinels();
  }

  /** Whether it leaves the table alone. */
  get isStandby(): boolean {
    return this.#standby;
  }

  /** The configuration in force. */
  get model(): Model {
    return this.#model;
  }

  /** Whether the kernel's table is as wanted, as far as we know. */
  get inStep(): boolean {
    return this.#keeper.inStep;
  }

  /** How many real servers there are, and how they are. */
  get census(): Census {
    const { missing, bypassed } = this.#standby ? NO_SHORTFALL : this.#keeper;
    const basis = [this.#model, this.#health, missing, bypassed] as const;
    // It is asked for every second, and seldom changes.
    const known = this.#census;
    if (known?.basis.every((each, i) => each === basis[i])) return known.counted;
    const counted = censusOf(this.#model, this.#health, { missing, bypassed });
    this.#census = { basis, counted };
    return counted;
  }

  /** Virtual services that should be in the kernel's table, and are not. */
  get missing(): readonly VirtualService[] {
    if (this.#standby) return [];
    return [...this.#keeper.missing].flatMap((key) => this.#model.virtuals.get(key) ?? []);
  }

  /** How many rounds are under way. */
  get roundsUnderWay(): number {
    return this.#rounds.underWay;
  }

  /** Rounds that are due and wait until others have given their descriptors back. */
  get waiting(): WaitingRounds {
    return this.#rounds.waiting;
  }

  /** Seconds within which some check is always completed; `undefined` when there is nothing to check. */
  get checkEvery(): number | undefined {
    return this.#rounds.every;
  }

  /** Checks whose round should have ended by now, its deadline included, and has not; the longest overdue first. */
  overdue(): readonly OverdueCheck[] {
    return this.#rounds.overdue().map((late) => ({ ...late, users: usersOf(this.#model, late.check.key) }));
  }

  /** This process was kept from running: rounds have their time anew before one is overdue (see checkers/deadlines.ts). */
  excuse(): void {
    this.#rounds.excuse();
  }

  /** Why the kernel's table is not as wanted, in one line; `undefined` when it is, or is about to be. */
  get trouble(): string | undefined {
    return this.#keeper.trouble;
  }

  /** The health of everything, as it is now. */
  get health(): Health {
    return this.#health;
  }

  /** The table that is wanted now; `undefined` until the first one has been ordered. */
  get desired(): DesiredTable | undefined {
    return this.#desired?.table;
  }

  /**
   * The newest round of a check that has ended, with its conversation; `undefined` before the first one has, and for
   * checks that the configuration in force does not have. An agent's is as it was, before {@link verdictOf}.
   */
  lastRound(check: CheckKey): Round | undefined {
    return this.#rounds.last(check);
  }

  /** The sentinel of a check; `undefined` where it has none. */
  sentinelOf({ target }: Check): Sentinel | undefined {
    return this.#sentinels?.at(target);
  }

  /**
   * Adopts the table, starts all checks at once, and resolves when the table holds what the first
   * verdicts say, or what is known of it after a second.
   *
   * @throws {IpvsUnavailable} when there is no table to keep.
   */
  async start(): Promise<void> {
    await this.#adopt(this.#model);
    await Promise.race([this.#firstVerdicts.promise, this.#wait(HOLD)]);
    await this.#change(() => this.#wantTable("start"));
    await this.#firstVerdicts.promise;
    await this.#keeper.idle();
    if (!this.#standby) this.#keeper.watch();
  }

  /** Goes over to another configuration: only the difference moves, health and running checks carry over. */
  async reload(model: Model): Promise<void> {
    await this.#adopt(model, "reload");
    await this.#keeper.idle();
  }

  /** Tells which files the maintenance directory holds now. */
  maintain(files: ReadonlySet<string>, names: HostNames): void {
    this.#stand({ type: "maintenance", files, names });
  }

  /** Takes over the operator's orders, all that are in force; resolves when the table is as they say. */
  async obey(orders: Orders): Promise<void> {
    await this.#stand({ type: "orders", orders });
    await this.#keeper.idle();
  }

  /**
   * Takes the table over with the health that is known: one batch, and nobody enters whose checks have not passed. What
   * is told of real servers is what a start would have told.
   *
   * @throws {IpvsUnavailable} when there is no table to keep; it then stays a standby.
   */
  async activate(): Promise<void> {
    if (!this.#standby || this.#stopped) return;
    const keeper = this.#newKeeper();
    const table = await keeper.read();
    if (!this.#standby || this.#stopped) return;
    this.#standby = false;
    this.#leaving = undefined;
    this.#keeper = keeper;
    await this.#change(() => this.#takeOver(table));
    await this.#change(() => this.#setSentinels());
    await keeper.idle();
    keeper.watch();
  }

  /**
   * Goes on checking, and leaves the table to another director; purges what `cleanstop` asks for.
   *
   * @returns why something was left there that should have been purged.
   */
  async deactivate(): Promise<string | undefined> {
    if (this.#standby || this.#stopped) return undefined;
    this.#standby = true;
    this.#sentinels?.close();
    this.#leaving = this.#leaveTable();
    const trouble = await this.#leaving;
    this.#desired = undefined;
    return trouble;
  }

  /**
   * Ends the checks and purges the virtual services whose `cleanstop` asks for it.
   *
   * @returns why something was left there that should have been purged.
   */
  async stop(): Promise<string | undefined> {
    this.#stopped = true;
    this.#rounds.stop();
    this.#sentinels?.close();
    this.#firstVerdicts.resolve();
    if (!this.#standby) this.#leaving = this.#leaveTable();
    return await this.#leaving;
  }

  async #leaveTable(): Promise<string | undefined> {
    try {
      return await this.#purge();
    } catch (error) {
      if (!(error instanceof IpvsUnavailable)) throw error;
      return error.message;
    }
  }

  async #purge(): Promise<string | undefined> {
    // A reload that is under way comes to its end first.
    await this.#work.idle();
    await this.#keeper.idle();
    const ours = this.#desired?.table ?? await this.#takeWhatIsThere();
    const kept = [...ours].filter(([key]) => !this.#model.virtuals.get(key)?.cleanStop);
    const { clock } = this.#ports;
    const end = clock.now() + LEAVE;
    this.#keeper.want(new Map(kept), "stop");
    await this.#keeper.idle();
    for (; this.#keeper.trouble !== undefined && clock.now() < end; await this.#keeper.idle()) {
      await this.#wait(TRY_AGAIN);
    }
    await this.#keeper.leave();
    return this.#keeper.trouble;
  }

  /** Stopped before the first table: what an earlier run has left is ours to purge all the same. */
  async #takeWhatIsThere(): Promise<DesiredTable> {
    const table = await this.#keeper.read();
    const health = adopt(this.#model, table, new Map(), this.#ports.clock.now());
    const ours = [...desiredTable(this.#model, health).table].filter(([key]) => table.has(key));
    this.#keeper.want(new Map(ours), "start");
    await this.#keeper.idle();
    return new Map(ours);
  }

  /** Goes over to the configuration, and then wants the table that it asks for, unless that is still to wait. */
  async #adopt(model: Model, occasion?: Occasion): Promise<void> {
    const table: IpvsTable = this.#standby ? new Map() : await this.#keeper.read();
    if (this.#stopped) return;
    await this.#change(() => this.#adoptInSteps(model, table, occasion), model);
    this.#ports.clock.after(SETTLE, () => this.#dispatch({ type: "settled" }));
    if (checksIn(model).length === 0) this.#dispatch({ type: "settled" });
  }

  *#adoptInSteps(model: Model, table: IpvsTable, occasion: Occasion | undefined): Steps<void> {
    const before = this.#health;
    yield* indexInSteps(model);
    const adopted = yield* adoptInSteps(model, table, before, this.#ports.clock.now());
    this.#health = yield* this.#withStanding(adopted, model);
    this.#model = model;
    yield* this.#reportTransitions(before);
    const checks = checksIn(model);
    this.#unheard = new Set(checks.map(({ key }) => key).filter((key) => this.#unheard.has(key)));
    for (const key of yield* this.#rounds.becomeInSteps(checks)) this.#unheard.add(key);
    yield* this.#recall(checks);
    if (this.#desired) this.#desired = yield* desiredTableInSteps(model, this.#health, this.#desired);
    yield* this.#setSentinels();
    if (occasion) yield* this.#wantTable(occasion);
  }

  /** For real servers that a reload has brought, checks that others have had as well have spoken already. */
  *#recall(checks: readonly Check[]): Steps<void> {
    const untaken = new Set([...this.#untaken].map(({ check }) => check));
    const rounds: EndedRound[] = [];
    for (const [i, check] of checks.entries()) {
      if (everySoOften(i)) yield;
      const last = this.#rounds.last(check.key);
      if (!last || untaken.has(check.key) || !this.#isNew(check.key)) continue;
      rounds.push({ check: check.key, result: verdictOf(check, last.result), at: this.#ports.clock.now() });
    }
    if (rounds.length === 0) return;
    const before = this.#health;
    this.#health = yield* reduceInSteps(before, { type: "recalled", rounds }, this.#model);
    yield* this.#reportTransitions(before);
    this.#conclude(rounds);
  }

  /** Whether no round of this check has ended for a real server that lives by it. */
  #isNew(key: CheckKey): boolean {
    return usersOf(this.#model, key).some(({ virtual, real }) => {
      const health = this.#health.get(virtual.key)?.reals.get(real.key);
      return health !== undefined && isUnheard(health, key);
    });
  }

  #newSentinels(): Sentinels | undefined {
    const { clock, openSentinel, descriptors = Infinity } = this.#ports;
    return openSentinel && new Sentinels({
      clock,
      open: openSentinel,
      most: mostSentinels(descriptors),
      takeDescriptor: () => this.#rounds.takeDescriptor(),
      giveDescriptor: () => this.#rounds.giveDescriptor(),
      makeNow: (check, hear) => this.#rounds.makeNow(check, hear),
    });
  }

  /** Has the sentinels that the configuration and the orders ask for; a standby has none. */
  *#setSentinels(): Steps<void> {
    if (!this.#sentinels || this.#isAway) return;
    const wanted = yield* wantedSentinels(this.#model, this.#health);
    if (this.#isAway) return;
    this.#sentinels.become(wanted, (check) => this.#rounds.last(check)?.result.up === true);
  }

  /** A standby takes over the table, which is as given. */
  *#takeOver(table: IpvsTable): Steps<void> {
    const now = this.#ports.clock.now();
    const unknown = yield* adoptInSteps(this.#model, table, new Map(), now);
    const adopted = yield* adoptInSteps(this.#model, table, heardOf(this.#health), now);
    this.#health = yield* this.#withStanding(adopted, this.#model);
    yield* this.#reportTransitions(unknown, true);
    yield* this.#wantTable("start");
  }

  *#withStanding(health: Health, model: Model): Steps<Health> {
    let after = health;
    for (const event of this.#standing.values()) after = yield* reduceInSteps(after, event, model);
    return after;
  }

  /** Reports the way from that health to the one of now. Returns whether there was anything to report. */
  *#reportTransitions(before: Health, repeated?: true): Steps<boolean> {
    const events = yield* transitionsInSteps(before, this.#health, this.#model);
    for (const event of events) {
      yield;
      this.#ports.report(repeated ? { ...event, repeated } : event);
    }
    return events.length > 0;
  }

  #newKeeper(): TableKeeper {
    return new TableKeeper({
      ...this.#ports,
      lineOf: (action) => lineOf(action, this.#model),
      isAboutFallback: (action) => isAboutFallback(action, this.#model),
    });
  }

  #hear(check: Check, { result: said, durationMs }: Round): void {
    const result = verdictOf(check, said);
    this.#ports.report({ type: "round", check, result, durationMs, users: usersOf(this.#model, check.key) });
    if (result.up) this.#sentinels?.passed(check.key);
    const ended = { check: check.key, result, at: this.#ports.clock.now() };
    this.#untaken.add(ended);
    if (this.#gathered.push(ended) === 1) {
      this.#ports.clock.after(GATHER, () => this.#digest());
    }
  }

  #digest(): void {
    const rounds = this.#gathered;
    this.#gathered = [];
    this.#dispatch({ type: "rounds", rounds });
  }

  /** What follows from rounds when their verdicts have been taken. */
  #conclude(rounds: readonly EndedRound[]): void {
    for (const round of rounds) {
      const { check } = round;
      this.#untaken.delete(round);
      this.#unheard.delete(check);
      if (this.#isOpen(check)) this.#rounds.hasten(check);
    }
    if (this.#unheard.size === 0) this.#firstVerdicts.resolve();
  }

  /** Whether it is open what becomes of a real server that lives by this check. */
  #isOpen(key: CheckKey): boolean {
    return usersOf(this.#model, key).some(({ virtual, real }) => {
      const view = this.#health.get(virtual.key)?.reals.get(real.key)?.checks.get(key);
      return view !== undefined && isInDoubt(view);
    });
  }

  /** Goes on for as long as somebody climbs. */
  #climb(): void {
    if (this.#climbing || !isClimbing(this.#health)) return;
    this.#climbing = true;
    const climbs = [...this.#model.virtuals.values()].flatMap(({ slowStart }) => slowStart > 0 ? slowStart * 1000 : []);
    const step = climbs.reduce((least, each) => Math.min(least, each), STEP);
    this.#ports.clock.after(step, () => {
      this.#climbing = false;
      this.#dispatch({ type: "climb", at: this.#ports.clock.now() });
      this.#climb();
    });
  }

  #stand(event: HealthEvent): Promise<void> {
    this.#standing.set(event.type, event);
    return this.#dispatch(event);
  }

  #dispatch(event: HealthEvent): Promise<void> {
    return this.#stopped ? Promise.resolve() : this.#change(() => this.#act(event));
  }

  *#act(event: HealthEvent): Steps<void> {
    const before = this.#health;
    this.#health = yield* reduceInSteps(before, event, this.#model);
    if (this.#health !== before) {
      const isTold = yield* this.#reportTransitions(before);
      // At a start the first table waits for the first verdicts.
      if (this.#desired) yield* this.#wantTable(isTold ? "change" : "weight");
      this.#climb();
    }
    if (event.type === "orders" || event.type === "maintenance") yield* this.#setSentinels();
    if (event.type === "rounds") this.#conclude(event.rounds);
    if (event.type === "settled") this.#firstVerdicts.resolve();
  }

  *#wantTable(occasion: Occasion): Steps<void> {
    if (this.#isAway) return;
    const desired = yield* desiredTableInSteps(this.#model, this.#health, this.#desired);
    if (this.#isAway) return;
    this.#desired = desired;
    this.#keeper.want(desired.table, occasion);
  }

  /** Whether the table is none of its business now. */
  get #isAway(): boolean {
    return this.#stopped || this.#standby;
  }

  /** Resolves when the work has been done, after all that was begun before. */
  #change(work: () => Steps<void>, model = this.#model): Promise<void> {
    return this.#work.do(work, Math.max(realServersIn(model), realServersIn(this.#model)));
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.#ports.clock.after(milliseconds, resolve));
  }
}

function lineOf(action: Action, model: Model): number | undefined {
  const virtual = model.virtuals.get(virtualKey(action.service.address));
  if (!virtual || !("destination" in action)) return virtual?.line;
  const key = destinationKey(action.destination);
  return virtual.reals.get(key)?.line ?? (virtual.fallback?.key === key ? virtual.line : undefined);
}

function isAboutFallback(action: Action, model: Model): boolean {
  if (!("destination" in action)) return false;
  const virtual = model.virtuals.get(virtualKey(action.service.address));
  const key = destinationKey(action.destination);
  return virtual?.fallback?.key === key && !virtual.reals.has(key);
}
