import { tableAfterInSteps } from "../ipvs/change_table.ts";
import { type IpvsDriver, IpvsUnavailable } from "../ipvs/driver.ts";
import type { Action, Plan } from "../model/plan.ts";
import { everySoOften, type Steps, walkFor } from "../model/steps.ts";
import { type RealId, realId } from "../model/orders.ts";
import { destinationKey, type IpvsTable, sizeOf, type VirtualKey, virtualKey } from "../model/table.ts";
import type { Clock } from "./clock.ts";
import type { DesiredTable, Role } from "./desired.ts";
import { type DirectorEvent, type Occasion, OCCASIONS, type Report } from "./events.ts";
import { outstandingInSteps, planInSteps, taken } from "./plan.ts";
import { trustedRead } from "./trusted_read.ts";

/** Milliseconds until refused changes or an unreachable table are tried again: the first waits, then the last for ever. */
const RETRY_DELAYS = [500, 1_000, 2_000, 5_000, 10_000];

/** Milliseconds without a further change after which a change that nobody complained of is looked at. */
const QUIET = 200;

/** Milliseconds for which a table that was read counts as the table that is there. */
const FRESH = 1_000;

/** Milliseconds between two looks whether our virtual services are still there, and how often longer than such a look takes. */
const WATCH = 1_000;
const WATCH_SHARE = 10;

/** Looks in a row that cannot be made before the table counts as out of reach. */
const FAILED_LOOKS = 2;

interface Order {
  readonly desired: DesiredTable;
  readonly occasion: Occasion;
}

/** What the keeper needs from outside. */
export interface KeeperPorts {
  readonly driver: IpvsDriver;
  readonly clock: Clock;
  readonly report: Report;
  /** The line of the configuration that names what an action changes. */
  lineOf(action: Action): number | undefined;
  /** Whether an action is about what the configuration has for a fallback alone. */
  isAboutFallback(action: Action): boolean;
}

/**
 * Keeps our part of the kernel's table as wanted: one batch at a time, the newest wish first, every batch read back,
 * what was refused tried again.
 */
export class TableKeeper {
  readonly #ports: KeeperPorts;
  #order: Order | undefined;
  #last: Order | undefined;
  /** What the kernel took of what we wanted; absent until the first batch. */
  #previous: DesiredTable | undefined;
  #running: Promise<void> | undefined;
  #retries = 0;
  #cancelRetry: (() => void) | undefined;
  #refused = new Map<string, string>();
  #unavailable: string | undefined;
  /** Changes that were made and not yet seen in the table, by their subject. */
  readonly #unseen = new Map<string, Action>();
  #unseenSince = 0;
  /** The look that is to be, and how to make it now. */
  #look: { readonly cancel: () => void; readonly make: () => void } | undefined;
  #changing = false;
  #batches = 0;
  /** Virtual services of ours that have vanished from the kernel, until they are back. */
  #vanished: ReadonlySet<VirtualKey> = new Set();
  #cancelWatch: (() => void) | undefined;
  /** Real servers that the kernel sends no clients though it should, as of the last look: so they were changed by hand. */
  #bypassed: ReadonlySet<RealId> = new Set();
  /** Looks in a row that could not be made. */
  #failedLooks = 0;
  #closed = false;
  #seen: { readonly table: IpvsTable; readonly thresholds: boolean; readonly at: number } | undefined;

  constructor(ports: KeeperPorts) {
    this.#ports = ports;
  }

  /** Whether the kernel has taken all that was last wanted. */
  get inStep(): boolean {
    const isTaken = this.#refused.size === 0 && this.#vanished.size === 0;
    return isTaken && this.#unavailable === undefined && this.#order === undefined;
  }

  /** Virtual services that have vanished from the kernel, or that it never took. */
  get missing(): ReadonlySet<VirtualKey> {
    if (this.#refused.size === 0 || !this.#last) return this.#vanished;
    const untaken = [...this.#last.desired.keys()].filter((key) => !this.#previous?.has(key));
    return new Set([...this.#vanished, ...untaken]);
  }

  /** Real servers that the kernel sends no clients though it should, because somebody has changed the table by hand. */
  get bypassed(): ReadonlySet<RealId> {
    return this.#bypassed;
  }

  /** What keeps the kernel from taking what was last wanted, in one line. */
  get trouble(): string | undefined {
    if (this.#unavailable !== undefined) return this.#unavailable;
    const [refusal] = this.#refused;
    if (!refusal) {
      return this.#vanished.size === 0 ? undefined : `${[...this.#vanished].join(", ")}: vanished from the kernel`;
    }
    const [subject, message] = refusal;
    const more = this.#refused.size > 1 ? ` (and ${this.#refused.size - 1} more)` : "";
    return `${subject}: ${message || "the kernel did not take it"}${more}`;
  }

  /**
   * The kernel's table, entries of others included; thresholds on request.
   *
   * @throws {IpvsUnavailable}
   */
  async read(thresholds = false, expected = this.#known(thresholds)): Promise<IpvsTable> {
    const batches = this.#batches;
    const isOurs = this.#isOurs();
    const table = await trustedRead(this.#ports.driver, { thresholds }, expected, isOurs);
    // One that was made while a batch ran shows neither what was before nor what is after it.
    const counts = !this.#changing && batches === this.#batches;
    this.#seen = counts ? { table, thresholds, at: this.#ports.clock.now() } : undefined;
    return table;
  }

  /** The table as we know it, whenever that was. */
  #known(thresholds: boolean): IpvsTable | undefined {
    return this.#seen?.thresholds === thresholds ? this.#seen.table : undefined;
  }

  /** Tells our virtual services from those of others, as far as we know ours. */
  #isOurs(): (service: VirtualKey) => boolean {
    const { desired } = this.#order ?? this.#last ?? {};
    const previous = this.#previous;
    if (!desired && !previous) return () => true;
    return (service) => desired?.has(service) === true || previous?.has(service) === true;
  }

  /** Orders a table. An order that has not been begun is replaced; the greater occasion of the two counts. */
  want(desired: DesiredTable, occasion: Occasion): void {
    const waiting = this.#order?.occasion ?? occasion;
    const rank = Math.max(OCCASIONS.indexOf(waiting), OCCASIONS.indexOf(occasion));
    this.#order = { desired, occasion: OCCASIONS[rank] };
    this.#running ??= this.#run();
  }

  /** Resolves when no batch is under way and all have been looked at; what was refused may still wait for its retry. */
  async idle(): Promise<void> {
    while (this.#running || this.#look) {
      if (!this.#running) this.#look?.make();
      await this.#running;
    }
  }

  /**
   * Looks at the table from now on until {@link close}, and puts back virtual services of ours that have vanished from it.
   * Weights that were changed and real servers that were removed by hand stay as they are.
   */
  watch(): void {
    if (this.#closed) return;
    this.#watchIn(WATCH);
  }

  #watchIn(delay: number): void {
    this.#cancelWatch?.();
    this.#cancelWatch = this.#ports.clock.after(delay, async () => {
      const start = this.#ports.clock.now();
      await this.#restoreVanished();
      if (!this.#closed) this.#watchIn(Math.max(WATCH, (this.#ports.clock.now() - start) * WATCH_SHARE));
    });
  }

  async #restoreVanished(): Promise<void> {
    if (!this.#last || this.#running || this.#look || this.#unavailable !== undefined) return;
    const batches = this.#batches;
    const { desired } = this.#last;
    const found = await this.#findVanished(desired);
    // A batch that was made meanwhile looks at the table itself.
    if (this.#closed || this.#running || this.#batches !== batches || !this.#last) return;
    if (found instanceof IpvsUnavailable) return this.#cannotLook(found, this.#last);
    const { vanished, table } = found;
    this.#failedLooks = 0;
    const bypassed = await walkFor(sizeOf(desired))(bypassedInSteps(desired, table));
    if (bypassed.size + this.#bypassed.size > 0) this.#bypassed = bypassed;
    if (this.#closed || this.#running || this.#batches !== batches || !this.#last) return;
    if (vanished.size === 0) return;
    this.#vanished = vanished;
    this.#seen = undefined;
    const isLeft = ([key]: readonly [VirtualKey, unknown]) => !vanished.has(key);
    this.#previous = this.#previous && new Map([...this.#previous].filter(isLeft));
    const services = [...vanished].flatMap((key) => this.#last?.desired.get(key) ?? []);
    this.#ports.report({ type: "services-vanished", services });
    this.want(this.#last.desired, "change");
  }

  /** Two reads in a row must agree: a list that ends too early looks like any other one. */
  async #findVanished(
    desired: DesiredTable,
  ): Promise<{ readonly vanished: ReadonlySet<VirtualKey>; readonly table: IpvsTable } | IpvsUnavailable> {
    let missing = [...desired.keys()].filter((key) => this.#previous?.has(key));
    let table: IpvsTable = new Map();
    try {
      for (let reads = 0; reads < 2 && missing.length > 0; reads++) {
        table = await this.#ports.driver.read({ thresholds: false });
        const now = table;
        missing = missing.filter((key) => !now.has(key));
      }
      return { vanished: new Set(missing), table };
    } catch (error) {
      if (error instanceof IpvsUnavailable) return error;
      throw error;
    }
  }

  /** What the kernel has is not known then, and not as wanted for all we know: it is told, and looked at until it can be. */
  #cannotLook({ message }: IpvsUnavailable, last: Order): void {
    if (++this.#failedLooks < FAILED_LOOKS) return;
    this.#failedLooks = 0;
    this.#seen = undefined;
    this.#order ??= last;
    this.#reportUnavailable(message);
    this.#retryLater();
  }

  /** Ends the retries and the looks. */
  close(): void {
    this.#closed = true;
    this.#cancelWatch?.();
    this.#cancelRetry?.();
    this.#cancelLook();
  }

  async #run(): Promise<void> {
    try {
      await this.#work();
    } finally {
      // Before anybody else gets a turn: what is wanted from now on begins a run of its own.
      this.#running = undefined;
    }
  }

  async #work(): Promise<void> {
    while (this.#order) {
      const order = this.#order;
      this.#order = undefined;
      this.#cancelRetry?.();
      this.#cancelLook();
      try {
        await this.#apply(order);
      } catch (error) {
        if (!(error instanceof IpvsUnavailable)) throw error;
        this.#order ??= order;
        this.#seen = undefined;
        this.#reportUnavailable(error.message);
        this.#retryLater();
        return;
      }
    }
  }

  /** @param basis the table as it is now; absent = as we last saw it, which costs no look and is nearly always right. */
  async #apply(order: Order, basis?: IpvsTable): Promise<void> {
    const { desired, occasion } = order;
    const thresholds = usesThresholds(desired);
    const before = basis ?? this.#lastSeen(occasion, thresholds) ?? await this.read(thresholds);
    const input = { current: before, desired, previous: this.#previous, reconcile: setsRight(occasion) };
    const steps = await walkFor(sizeOf(desired))(planInSteps(input));
    const walk = walkFor(Math.max(steps.length, this.#unseen.size));
    const said = steps.length === 0 ? [] : await this.#change(steps);
    await walk(this.#note(steps));
    if (!basis && said.length === 0 && this.#mayLookLater(occasion, steps)) {
      return await walk(this.#assumeTaken(order, steps, before, thresholds));
    }

    const expected = await walk(tableAfterInSteps(before, steps));
    const after = this.#unseen.size === 0 ? before : await this.read(thresholds, expected);
    const unseen = [...this.#unseen.values()];
    const refused = await walk(outstandingInSteps(after, unseen));
    this.#unseen.clear();

    const untaken = new Set(await walk(outstandingInSteps(after, steps)));
    await walk(this.#reportChanges(steps.filter((action) => !untaken.has(action)), before, order));
    const earlier = refused.filter((step) => !steps.includes(step));
    if (earlier.length > 0 && this.#previous) this.#previous = taken(this.#previous, undefined, earlier);
    this.#reportVanished(desired, after);
    // Somebody may have changed the table by hand: what is left is planned once more, from what is really there.
    if (said.length + refused.length > 0 && !basis) return await this.#apply(order, after);

    this.#previous = taken(desired, this.#previous, refused);
    this.#vanished = new Set();
    this.#last = { desired, occasion: "change" };
    this.#reportRefused(refused, said);
    if (refused.length > 0) this.#retryLater();
    else this.#retries = 0;
  }

  /** What a look after a change finds missing is put back by the plan that follows, and was not refused. */
  #reportVanished(desired: DesiredTable, after: IpvsTable): void {
    const isGone = (key: VirtualKey) => this.#previous?.has(key) === true && !after.has(key);
    const services = [...desired].flatMap(([key, service]) => isGone(key) ? [service] : []);
    if (services.length > 0) this.#ports.report({ type: "services-vanished", services });
  }

  async #change(steps: Plan): Promise<readonly string[]> {
    this.#changing = true;
    try {
      return await this.#ports.driver.apply(steps);
    } finally {
      this.#changing = false;
      this.#batches++;
    }
  }

  /** Changes that are to be seen in the table at the next look; of each subject the last one counts. */
  *#note(steps: Plan): Steps<void> {
    if (this.#unseen.size === 0) this.#unseenSince = this.#ports.clock.now();
    for (const [i, step] of steps.entries()) {
      if (everySoOften(i)) yield;
      if (step.do === "delete-service") this.#forgetService(keyOf(step));
      this.#unseen.set(subjectOf(step), step);
    }
  }

  #forgetService(service: VirtualKey): void {
    for (const [subject, step] of this.#unseen) if (keyOf(step) === service) this.#unseen.delete(subject);
  }

  /**
   * A look costs as much as a change, and would hold up further changes, which come in bursts: those that are made
   * without a complaint are looked at together, a second later at the latest.
   */
  #mayLookLater(occasion: Occasion, steps: Plan): boolean {
    if (this.#refused.size > 0 || this.#unavailable !== undefined) return false;
    if (this.#ports.clock.now() - this.#unseenSince >= FRESH) return false;
    return this.#order !== undefined || (steps.length > 0 && !isWholesale(occasion));
  }

  #lookSoon({ desired, occasion }: Order): void {
    const make = () => this.want(desired, occasion);
    this.#look = { make, cancel: this.#ports.clock.after(QUIET, make) };
  }

  #cancelLook(): void {
    this.#look?.cancel();
    this.#look = undefined;
  }

  *#assumeTaken(order: Order, steps: Plan, before: IpvsTable, thresholds: boolean): Steps<void> {
    yield* this.#reportChanges(steps, before, order);
    this.#seen = { table: yield* tableAfterInSteps(before, steps), thresholds, at: this.#seen?.at ?? -Infinity };
    this.#previous = order.desired;
    this.#vanished = new Set();
    if (!this.#order) this.#lookSoon(order);
  }

  *#reportChanges(steps: Plan, before: IpvsTable, order: Order): Steps<void> {
    for (const action of steps) {
      yield;
      this.#ports.report(this.#changed(action, before, order));
    }
  }

  #changed(action: Action, kernel: IpvsTable, { desired, occasion }: Order): DirectorEvent {
    const type = "table-changed";
    const listed = this.#ports.lineOf(action) !== undefined;
    if (!("destination" in action)) return { type, action, occasion, listed };
    const service = keyOf(action);
    const key = destinationKey(action.destination);
    const before = kernel.get(service)?.destinations.get(key);
    return { type, action, occasion, listed, role: this.#roleIn(desired, action), before };
  }

  /** What a destination is to us; of what an earlier daemon has added and left behind the configuration says so alone. */
  #roleIn(desired: DesiredTable, action: Action): Role | undefined {
    if (!("destination" in action)) return undefined;
    const [service, key] = [keyOf(action), destinationKey(action.destination)];
    const wanted = desired.get(service)?.destinations.get(key) ?? this.#previous?.get(service)?.destinations.get(key);
    return wanted?.role ?? (this.#ports.isAboutFallback(action) ? "fallback" : undefined);
  }

  /** To set right or to purge what was changed by hand it must have been seen. */
  #lastSeen(occasion: Occasion, thresholds: boolean): IpvsTable | undefined {
    const seen = this.#seen;
    if (!seen || seen.thresholds !== thresholds) return undefined;
    const fresh = this.#ports.clock.now() - seen.at <= FRESH;
    return fresh || !isWholesale(occasion) ? seen.table : undefined;
  }

  #retryLater(): void {
    const delay = RETRY_DELAYS[Math.min(this.#retries++, RETRY_DELAYS.length - 1)];
    this.#cancelRetry?.();
    this.#cancelRetry = this.#ports.clock.after(delay, () => {
      const order = this.#order ?? this.#last;
      if (order) this.want(order.desired, order.occasion);
    });
  }

  #reportUnavailable(message: string): void {
    if (this.#unavailable !== message) this.#ports.report({ type: "table-unavailable", message });
    this.#unavailable = message;
  }

  /** Says each refusal once, and once that all is well again. */
  #reportRefused(refused: Plan, said: readonly string[]): void {
    const wasOut = this.#refused.size > 0 || this.#unavailable !== undefined;
    const known = this.#refused;
    // A virtual service that was not taken takes all its real servers with it: one line tells it.
    const withoutService = new Set(refused.filter((action) => action.do === "add-service").map(keyOf));
    this.#refused = new Map();
    this.#unavailable = undefined;
    for (const [i, action] of refused.entries()) {
      const subject = subjectOf(action);
      // ipvsadm complains in the order of the lines; only if it said as much as was refused do we know of which.
      const message = said.length === refused.length ? said[i] : said.join("; ") || undefined;
      this.#refused.set(subject, message ?? "");
      if ("destination" in action && withoutService.has(keyOf(action))) continue;
      if (known.get(subject) === (message ?? "")) continue;
      const role = this.#roleIn(this.#last?.desired ?? new Map(), action);
      this.#ports.report({ type: "table-refused", action, role, line: this.#ports.lineOf(action), message });
    }
    if (wasOut && this.#refused.size === 0) this.#ports.report({ type: "table-in-step" });
  }
}

/** A start and a reload look at every entry of ours; otherwise only what we want differently is touched. */
function setsRight(occasion: Occasion): boolean {
  return occasion === "start" || occasion === "reload";
}

/** A start, a reload or a stop, and not the change of a few entries. */
function isWholesale(occasion: Occasion): boolean {
  return occasion !== "change" && occasion !== "weight";
}

/** The entry that an action changes. */
function subjectOf(action: Action): string {
  return "destination" in action ? `${keyOf(action)} ${destinationKey(action.destination)}` : keyOf(action);
}

function keyOf(action: Action): VirtualKey {
  return virtualKey(action.service.address);
}

/** Whether connection thresholds are among what is wanted: they cost a second look at the table. */
export function usesThresholds(desired: DesiredTable): boolean {
  for (const service of desired.values()) {
    for (const { upperThreshold, lowerThreshold } of service.destinations.values()) {
      if (upperThreshold > 0 || lowerThreshold > 0) return true;
    }
  }
  return false;
}

function* bypassedInSteps(desired: DesiredTable, table: IpvsTable): Steps<ReadonlySet<RealId>> {
  const bypassed = new Set<RealId>();
  let count = 0;
  for (const [service, { destinations }] of desired) {
    const kernel = table.get(service)?.destinations;
    for (const [key, { weight }] of destinations) {
      if (everySoOften(count++)) yield;
      if (weight > 0 && !kernel?.get(key)?.weight) bypassed.add(realId(service, key));
    }
  }
  return bypassed;
}
