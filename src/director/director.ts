import type { Round } from "../checkers/run.ts";
import type { Counters } from "../ipvs/counters.ts";
import type { IpvsDriver } from "../ipvs/driver.ts";
import type { Check, CheckKey, CheckMethod } from "../model/check.ts";
import type { Orders } from "../model/orders.ts";
import { everySoOften, type Steps } from "../model/steps.ts";
import type { IpvsTable } from "../model/table.ts";
import { type Model, realServersIn, type VirtualService } from "../model/virtual_service.ts";
import { WorkQueue } from "../model/work_queue.ts";
import { type HealthCounts, healthCountsOf, NO_TABLE_FAULTS } from "./health_counts.ts";
import { verdictOf } from "./check_health.ts";
import { checksIn, indexInSteps, usersOf } from "./check_users.ts";
import type { Clock } from "../model/clock.ts";
import { SlowStart } from "./slow_start.ts";
import { isAboutFallback, placeOf } from "./configured.ts";
import { Departing } from "./departing.ts";
import { type Departures, withDepartures } from "./departures.ts";
import { type DesiredMemo, type DesiredTable, desiredTableInSteps } from "./desired.ts";
import type { ChangeReason, Report } from "./events.ts";
import {
  adoptInSteps,
  type EndedRound,
  type HealthEvent,
  type HostNames,
  reduceInSteps,
  verifiedHealth,
} from "./health.ts";
import type { Health } from "./real_health.ts";
import { leaveTable } from "./leave_table.ts";
import { isNew, isOpen } from "./open_questions.ts";
import type { OverdueCheck } from "./overdue.ts";
import { Rounds, type WaitingRounds } from "./rounds.ts";
import type { Sentinel } from "./sentinel.ts";
import { mostSentinels, type OpenSentinel, Sentinels, wantedSentinels } from "./sentinels.ts";
import { type Left, Standby } from "./standby.ts";
import { StartUp } from "./start_up.ts";
import { TableKeeper } from "./table_keeper.ts";
import { transitionsInSteps } from "./transitions.ts";

/** Milliseconds that verdicts are gathered before they are acted upon together. */
const GATHER = 10;

/** What the director needs from outside. */
export interface DirectorPorts {
  readonly driver: IpvsDriver;
  readonly clock: Clock;
  readonly report: Report;
  /** Makes one round of a check; never rejects. Calls `onReleased` when the round holds no descriptor any more. */
  runRound(check: Check, method: CheckMethod, onReleased: () => void): Promise<Round>;
  /** Descriptors that all rounds and sentinels together may hold; absent = as many as they want. */
  readonly descriptors?: number;
  /** What the kernel counts; absent or `undefined` = it does not say. */
  counters?(): Promise<Counters | undefined>;
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
  readonly #lasting = new Map<HealthEvent["type"], HealthEvent>();
  /** What changes the health, one after the other. */
  readonly #work = new WorkQueue();
  #healthCounts: { readonly basis: readonly unknown[]; readonly counted: HealthCounts } | undefined;
  readonly #standby: Standby;
  readonly #startUp: StartUp;
  readonly #slowStart: SlowStart;
  readonly #departing: Departing;

  /** @param standby checks, and leaves the table to another director until {@link activate}. */
  constructor(model: Model, ports: DirectorPorts, standby = false) {
    this.#model = model;
    this.#ports = ports;
    this.#standby = new Standby(standby);
    this.#startUp = new StartUp(ports.clock);
    this.#slowStart = new SlowStart({
      clock: ports.clock,
      health: () => this.#health,
      model: () => this.#model,
      step: () => this.#dispatch({ type: "slow-start", at: ports.clock.now() }),
    });
    this.#departing = new Departing({
      clock: ports.clock,
      counters: () => ports.counters?.() ?? Promise.resolve(undefined),
      onGone: () => this.#change(() => this.#wantTable("change")),
    });
    this.#keeper = this.#newKeeper();
    this.#rounds = new Rounds({
      descriptors: Infinity,
      ...ports,
      onEnd: (check, round) => this.#takeRound(check, round),
    });
    this.#sentinels = this.#newSentinels();
  }

  /** Whether it leaves the table alone. */
  get isStandby(): boolean {
    return this.#standby.isStandby;
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
  get healthCounts(): HealthCounts {
    const { missing, bypassed } = this.isStandby ? NO_TABLE_FAULTS : this.#keeper;
    const basis = [this.#model, this.#health, missing, bypassed] as const;
    // It is asked for every second, and seldom changes.
    const known = this.#healthCounts;
    if (known?.basis.every((each, i) => each === basis[i])) return known.counted;
    const counted = healthCountsOf(this.#model, this.#health, { missing, bypassed });
    this.#healthCounts = { basis, counted };
    return counted;
  }

  /** Virtual services that should be in the kernel's table, and are not. */
  get missing(): readonly VirtualService[] {
    if (this.isStandby) return [];
    return [...this.#keeper.missing].flatMap((key) => this.#model.virtuals.get(key) ?? []);
  }

  /** The kernel's table as it was last seen; `undefined` while it is not known, and for a standby, which has none. */
  get held(): IpvsTable | undefined {
    return this.isStandby ? undefined : this.#keeper.held;
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

  /** Checks with a round that should have ended by now, its deadline included, and has not; the longest overdue first. */
  overdue(): readonly OverdueCheck[] {
    return this.#rounds.overdue().map((late) => ({ ...late, users: usersOf(this.#model, late.check.key) }));
  }

  /** This process was kept from running: rounds have their time anew before one is overdue (see checkers/deadlines.ts). */
  extendDeadlines(): void {
    this.#rounds.extendDeadlines();
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
    return this.#desired && withDepartures(this.#desired.table, this.#departing.now);
  }

  /** What stays in the table for a while though the configuration does not have it any more. */
  get departures(): Departures {
    return this.#departing.now;
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
    await this.#startUp.mostVerdicts();
    await this.#change(() => this.#wantTable("start"));
    await this.#startUp.verdicts;
    await this.#keeper.idle();
    if (!this.isStandby) this.#keeper.watch();
  }

  /** Goes over to another configuration: only the difference moves, health and running checks carry over. */
  async reload(model: Model): Promise<void> {
    await this.#adopt(model, "reload");
    await this.#keeper.idle();
  }

  /** Tells which files the maintenance directory holds now. */
  maintain(files: ReadonlySet<string>, names: HostNames): void {
    this.#applyLasting({ type: "maintenance", files, names });
  }

  /** Takes over the operator's orders, all that are in force; resolves when the table is as they say. */
  async applyOrders(orders: Orders): Promise<void> {
    await this.#applyLasting({ type: "orders", orders });
    await this.#keeper.idle();
  }

  /**
   * Takes the table over with the health that is known: one batch, and no real server enters before its checks have passed. What
   * is reported of real servers is what a start would have reported.
   *
   * @throws {IpvsUnavailable} when there is no table to keep; it then stays a standby.
   */
  async activate(): Promise<void> {
    if (!this.isStandby || this.#standby.isStopped) return;
    const keeper = this.#newKeeper();
    const table = await keeper.read();
    if (!this.isStandby || this.#standby.isStopped) return;
    this.#standby.takeOver();
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
    if (this.#standby.isAway) return undefined;
    const left = await this.#standby.leave(() => {
      this.#sentinels?.close();
      return this.#leaveTable();
    });
    this.#desired = undefined;
    return left;
  }

  /**
   * Ends the checks and purges the virtual services with `cleanstop = yes`.
   *
   * @returns why something was left there that should have been purged.
   */
  async stop(): Promise<string | undefined> {
    this.#standby.stop();
    this.#rounds.stop();
    this.#sentinels?.close();
    this.#startUp.settle();
    return await this.#standby.end(() => this.#leaveTable());
  }

  async #leaveTable(): Promise<Left> {
    // A reload that is under way comes to its end first.
    await this.#work.idle();
    await this.#keeper.idle();
    this.#departing.end();
    const ours = this.#desired?.table;
    return await leaveTable({ keeper: this.#keeper, clock: this.#ports.clock, model: this.#model, ours });
  }

  /** Goes over to the configuration, and then wants the table that it asks for, unless that is still to wait. */
  async #adopt(model: Model, changeReason?: ChangeReason): Promise<void> {
    const table: IpvsTable = this.isStandby ? new Map() : await this.#keeper.read();
    if (this.#standby.isStopped) return;
    await this.#change(() => this.#adoptInSteps(model, table, changeReason), model);
    this.#startUp.whenDue(() => this.#dispatch({ type: "settled" }));
    if (checksIn(model).length === 0) this.#dispatch({ type: "settled" });
  }

  *#adoptInSteps(model: Model, table: IpvsTable, changeReason: ChangeReason | undefined): Steps<void> {
    const before = this.#health;
    if (this.#desired) {
      this.#departing.reload({ model: this.#model, health: before, desired: this.#desired.table }, model);
    }
    yield* indexInSteps(model);
    const adopted = yield* adoptInSteps(model, table, before, this.#ports.clock.now());
    this.#health = yield* this.#withStanding(adopted, model);
    this.#model = model;
    yield* this.#reportTransitions(before);
    const checks = checksIn(model);
    this.#startUp.keep(checks.map(({ key }) => key));
    this.#startUp.expect(yield* this.#rounds.reconfigureInSteps(checks));
    yield* this.#recall(checks);
    if (this.#desired) this.#desired = yield* desiredTableInSteps(model, this.#health, this.#desired);
    yield* this.#setSentinels();
    if (changeReason) yield* this.#wantTable(changeReason);
  }

  /** For real servers that a reload has brought, checks that others have had as well have spoken already. */
  *#recall(checks: readonly Check[]): Steps<void> {
    const untaken = new Set([...this.#untaken].map(({ check }) => check));
    const rounds: EndedRound[] = [];
    for (const [i, check] of checks.entries()) {
      if (everySoOften(i)) yield;
      const last = this.#rounds.last(check.key);
      if (!last || untaken.has(check.key) || !isNew(check.key, this.#model, this.#health)) continue;
      rounds.push({ check: check.key, result: verdictOf(check, last.result), at: this.#ports.clock.now() });
    }
    if (rounds.length === 0) return;
    const before = this.#health;
    this.#health = yield* reduceInSteps(before, { type: "recalled", rounds }, this.#model);
    yield* this.#reportTransitions(before);
    this.#conclude(rounds);
  }

  #newSentinels(): Sentinels | undefined {
    const { clock, openSentinel, descriptors = Infinity } = this.#ports;
    return openSentinel && new Sentinels({
      clock,
      open: openSentinel,
      most: mostSentinels(descriptors),
      takeDescriptor: () => this.#rounds.takeDescriptor(),
      giveDescriptor: () => this.#rounds.giveDescriptor(),
      makeNow: (check, onRound) => this.#rounds.makeNow(check, onRound),
    });
  }

  /** Has the sentinels that the configuration and the orders ask for; a standby has none. */
  *#setSentinels(): Steps<void> {
    if (!this.#sentinels || this.#standby.isAway) return;
    const wanted = yield* wantedSentinels(this.#model, this.#health);
    if (this.#standby.isAway) return;
    this.#sentinels.reconfigure(wanted, (check) => this.#rounds.last(check)?.result.up === true);
  }

  /** A standby takes over the table, which is as given. */
  *#takeOver(table: IpvsTable): Steps<void> {
    const now = this.#ports.clock.now();
    const unknown = yield* adoptInSteps(this.#model, table, new Map(), now);
    const adopted = yield* adoptInSteps(this.#model, table, verifiedHealth(this.#health), now);
    this.#health = yield* this.#withStanding(adopted, this.#model);
    yield* this.#reportTransitions(unknown, true);
    yield* this.#wantTable("start");
  }

  *#withStanding(health: Health, model: Model): Steps<Health> {
    let after = health;
    for (const event of this.#lasting.values()) after = yield* reduceInSteps(after, event, model);
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
      placeOf: (action) => placeOf(action, this.#model),
      isAboutFallback: (action) => isAboutFallback(action, this.#model),
    });
  }

  #takeRound(check: Check, { result: answer, durationMs }: Round): void {
    const result = verdictOf(check, answer);
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
      if (isOpen(check, this.#model, this.#health)) this.#rounds.hasten(check);
    }
    this.#startUp.take(rounds.map(({ check }) => check));
  }

  #applyLasting(event: HealthEvent): Promise<void> {
    this.#lasting.set(event.type, event);
    return this.#dispatch(event);
  }

  #dispatch(event: HealthEvent): Promise<void> {
    return this.#standby.isStopped ? Promise.resolve() : this.#change(() => this.#act(event));
  }

  *#act(event: HealthEvent): Steps<void> {
    const before = this.#health;
    this.#health = yield* reduceInSteps(before, event, this.#model);
    if (this.#health !== before) {
      const isReported = yield* this.#reportTransitions(before);
      // At a start the first table waits for the first verdicts.
      if (this.#desired) yield* this.#wantTable(isReported ? "change" : "weight");
      this.#slowStart.proceed();
    }
    if (event.type === "orders" || event.type === "maintenance") yield* this.#setSentinels();
    if (event.type === "rounds") this.#conclude(event.rounds);
    if (event.type === "settled") this.#startUp.settle();
  }

  *#wantTable(changeReason: ChangeReason): Steps<void> {
    if (this.#standby.isAway) return;
    const desired = yield* desiredTableInSteps(this.#model, this.#health, this.#desired);
    if (this.#standby.isAway) return;
    this.#desired = desired;
    this.#keeper.want(withDepartures(desired.table, this.#departing.now), changeReason);
  }

  /** Resolves when the work has been done, after all that was begun before. */
  #change(work: () => Steps<void>, model = this.#model): Promise<void> {
    return this.#work.do(work, Math.max(realServersIn(model), realServersIn(this.#model)));
  }
}
