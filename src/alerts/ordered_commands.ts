import type { VirtualKey } from "../model/table.ts";
import { runHook } from "./hook.ts";

/** Seconds that a call may take: as a rule, and each that is under way or still to come when the director stops or stands down. */
export interface CommandLimits {
  readonly usual: number;
  readonly last: number;
}

/** Runs the operator's programs for virtual services: for one virtual service calls never overlap, and keep their order. */
export class OrderedCommands {
  readonly #report: (reason: string) => void;
  readonly #limits: CommandLimits;
  readonly #last = new Map<VirtualKey, Promise<void>>();
  /** Ends the calls that are under way or wait. */
  #ending = new AbortController();

  /** @param report hears of calls that failed. */
  constructor(report: (reason: string) => void, limits: CommandLimits) {
    this.#report = report;
    this.#limits = limits;
  }

  /** Calls the program after those that were called before for this virtual service. */
  call(key: VirtualKey, argv: readonly string[], env: Readonly<Record<string, string>> = {}): void {
    this.#call(key, argv, env, this.#limits.usual);
  }

  /**
   * Makes the last calls, and waits for these and all others: those from before get the time that last ones get, and are
   * then ended.
   */
  async end(calls: (call: OrderedCommands["call"]) => void): Promise<void> {
    const earlier = this.#ending;
    const timer = setTimeout(() => earlier.abort(), this.#limits.last * 1000);
    this.#ending = new AbortController();
    calls((key, argv, env = {}) => this.#call(key, argv, env, this.#limits.last));
    await Promise.all(this.#last.values());
    clearTimeout(timer);
  }

  #call(key: VirtualKey, argv: readonly string[], env: Readonly<Record<string, string>>, seconds: number): void {
    const before = this.#last.get(key) ?? Promise.resolve();
    const { signal } = this.#ending;
    const call = before.then(async () => {
      const reason = await runHook(argv, seconds, { signal, env });
      if (reason !== undefined) this.#report(reason);
    });
    this.#last.set(key, call);
  }
}
