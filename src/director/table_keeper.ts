import { applyInStages } from "./apply_in_stages.ts";
import { type IpvsDriver, IpvsUnavailable } from "../ipvs/driver.ts";
import type { Action, Plan } from "../model/plan.ts";
import type { RealId } from "../model/orders.ts";
import type { SourceLine } from "../model/source_lines.ts";
import { everySoOften, type Steps } from "../model/steps.ts";
import { type IpvsTable, sizeOf, type VirtualKey } from "../model/table.ts";
import { WorkQueue } from "../model/work_queue.ts";
import type { Clock } from "../model/clock.ts";
import type { DesiredTable } from "./desired.ts";
import type { ChangeReason, DirectorEvent, Report } from "./events.ts";
import {
  type Effect,
  isIdle,
  isInStep,
  isOurs,
  type KeeperEvent,
  type KeeperState,
  knownTable,
  missingServices,
  reduceKeeper,
  UNKNOWN,
} from "./keeper_state.ts";
import { trustedRead, type TrustedTable } from "./trusted_read.ts";

/** Milliseconds between two looks at the table: ten times as long as a look takes, within these bounds. */
const WATCH_SHARE = 10;
const OFTENEST = 1_000;
const RAREST = 5_000;

/** What the keeper needs from outside. */
export interface KeeperPorts {
  readonly driver: IpvsDriver;
  readonly clock: Clock;
  readonly report: Report;
  /** The line of the configuration that names what an action changes. */
  placeOf(action: Action): SourceLine | undefined;
  /** Whether an action is about what the configuration has for a fallback alone. */
  isAboutFallback(action: Action): boolean;
}

/** Keeps our part of the kernel's table as wanted: does what keeper_state.ts says, one thing at a time. */
export class TableKeeper {
  readonly #ports: KeeperPorts;
  readonly #work = new WorkQueue();
  #state = UNKNOWN;
  #changed = Promise.withResolvers<void>();
  #cancelRetry = () => {};
  #cancelWatch = () => {};
  /** How many batches have begun and ended: a table that was read meanwhile shows neither what was before nor after one. */
  #batches = 0;
  #closed = false;

  constructor(ports: KeeperPorts) {
    this.#ports = ports;
  }

  /** Whether the kernel has taken all that was last wanted. */
  get inStep(): boolean {
    return isInStep(this.#state, this.#ports.clock.now());
  }

  /** What keeps the kernel from taking what was last wanted, in one line. */
  get trouble(): string | undefined {
    const { unavailable, refused, vanished } = this.#state;
    if (unavailable !== undefined) return unavailable;
    const [refusal] = refused;
    if (!refusal) return vanished.size === 0 ? undefined : `${[...vanished].join(", ")}: vanished from the kernel`;
    const [subject, message] = refusal;
    const more = refused.size > 1 ? ` (and ${refused.size - 1} more)` : "";
    return `${subject}: ${message || "the kernel did not take it"}${more}`;
  }

  /** Virtual services that have vanished from the kernel, or that it never took. */
  get missing(): ReadonlySet<VirtualKey> {
    return missingServices(this.#state);
  }

  /** The kernel's table as it was last read, with the changes that were made since; `undefined` while it is not known. */
  get held(): IpvsTable | undefined {
    return this.#state.seen?.table;
  }

  /** Real servers that the kernel sends no clients though it should: the table was changed by hand. */
  get bypassed(): ReadonlySet<RealId> {
    return this.#state.bypassed;
  }

  /**
   * The kernel's table, entries of others included; thresholds on request.
   *
   * @throws {IpvsUnavailable}
   */
  async read(thresholds = false): Promise<IpvsTable> {
    const [batches, { doing }] = [this.#batches, this.#state];
    const read = { type: "read", thresholds, ...await this.#read(thresholds) } as const;
    if (batches === this.#batches && typeof doing !== "object") await this.#take({ type: "noticed", read });
    return read.table;
  }

  /** Orders a table. One that was ordered before and is not begun is replaced; the greater reason of the two counts. */
  want(desired: DesiredTable, changeReason: ChangeReason): void {
    void this.#take({ type: "wanted", desired, changeReason });
  }

  /** Resolves when nothing is under way; what was refused may still wait for its retry. */
  async idle(): Promise<void> {
    await this.#work.idle();
    while (!this.#closed && !isIdle(this.#state)) await this.#changed.promise;
  }

  /**
   * Looks at the table from now on until {@link close}: changes that were made are confirmed, and virtual services of ours
   * that have vanished are put back. Weights that were changed and real servers that were removed by hand stay as they are.
   */
  watch(): void {
    this.#watchIn(OFTENEST);
  }

  /** Ends the keeping as soon as it is known what came of the last changes; makes no more of them. */
  async leave(): Promise<void> {
    await this.#take({ type: "leave" });
    await this.idle();
    this.close();
  }

  /** Ends the retries and the looks. */
  close(): void {
    this.#closed = true;
    this.#cancelWatch();
    this.#cancelRetry();
    this.#changed.resolve();
  }

  #watchIn(delay: number): void {
    this.#cancelWatch();
    if (this.#closed) return;
    const { clock } = this.#ports;
    this.#cancelWatch = clock.after(delay, async () => {
      const start = clock.now();
      await this.#take({ type: "look" });
      await this.idle();
      this.#watchIn(Math.min(RAREST, Math.max(OFTENEST, (clock.now() - start) * WATCH_SHARE)));
    });
  }

  #take(event: KeeperEvent): Promise<void> {
    return this.#work.do(() => this.#step(event), sizeOf(this.#state.wanted ?? new Map()));
  }

  *#step(event: KeeperEvent): Steps<void> {
    if (this.#closed) return;
    const [state, effects] = yield* reduceKeeper(this.#state, event, this.#ports.clock.now());
    this.#state = state;
    if (!state.waits) this.#cancelRetry();
    for (const [i, effect] of effects.entries()) {
      if (everySoOften(i)) yield;
      this.#carryOut(effect, state);
    }
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  #carryOut(effect: Effect, state: KeeperState): void {
    const { clock, report, placeOf } = this.#ports;
    switch (effect.do) {
      case "read":
        return void this.#readAgain(effect.thresholds);
      case "apply":
        return void this.#apply(effect.plan);
      case "retry":
        this.#cancelRetry = clock.after(effect.after, () => void this.#take({ type: "retry" }));
        return;
      case "report-changed":
        return report(this.#changeEvent(effect));
      case "report-refused":
        return report({
          type: "table-refused",
          action: effect.action,
          place: placeOf(effect.action),
          message: effect.reason,
        });
      case "report-unavailable":
        return report({ type: "table-unavailable", message: effect.message });
      case "report-vanished":
        return report({
          type: "services-vanished",
          services: effect.services.flatMap((key) => state.wanted?.get(key) ?? []),
        });
      case "report-in-step":
        return report({ type: "table-in-step" });
    }
  }

  #changeEvent({ action, changeReason, role, before }: Extract<Effect, { do: "report-changed" }>): DirectorEvent {
    const { placeOf, isAboutFallback } = this.#ports;
    const event = { type: "table-changed", action, changeReason, listed: placeOf(action) !== undefined } as const;
    if (!("destination" in action)) return event;
    return { ...event, before, role: role ?? (isAboutFallback(action) ? "fallback" : undefined) };
  }

  #readAgain(thresholds: boolean): Promise<void> {
    const read = async () => ({ type: "read", thresholds, ...await this.#read(thresholds) }) as const;
    return this.#attempt(read, "read-failed");
  }

  #read(thresholds: boolean): Promise<TrustedTable> {
    const state = this.#state;
    const isConcern = (service: Parameters<typeof isOurs>[1]) => isOurs(state, service);
    return trustedRead(this.#ports.driver, { thresholds }, knownTable(state, thresholds), isConcern);
  }

  #apply(plan: Plan): Promise<void> {
    const apply = async () => {
      this.#batches++;
      try {
        return { type: "applied", outcomes: await applyInStages(this.#ports.driver, plan) } as const;
      } finally {
        this.#batches++;
      }
    };
    return this.#attempt(apply, "apply-failed");
  }

  /** Whatever the driver throws, the table is kept on; what is no failure of the table is a bug, and rejects. */
  async #attempt(work: () => Promise<KeeperEvent>, failure: "read-failed" | "apply-failed"): Promise<void> {
    let event: KeeperEvent;
    try {
      event = await work();
    } catch (error) {
      await this.#take({ type: failure, message: error instanceof Error ? error.message : String(error) });
      if (error instanceof IpvsUnavailable) return;
      throw error;
    }
    await this.#take(event);
  }
}
