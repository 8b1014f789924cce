import type { VirtualKey } from "../model/table.ts";
import type { VirtualService } from "../model/virtual_service.ts";
import { runHook } from "./hook.ts";

/** Seconds that a call may take; and when the director stops or stands down, each that is under way or still to come. */
const LIMITS = { usual: 60, last: 20 };

/**
 * Calls the `fallbackcommand` of virtual services: `start` when the last real server goes, `stop` when the first
 * returns, each with `vserver:vport` and the protocol. For one virtual service calls never overlap and keep their order.
 */
export class FallbackCommands {
  readonly #report: (reason: string) => void;
  readonly #started = new Map<VirtualKey, VirtualService>();
  readonly #last = new Map<VirtualKey, Promise<void>>();
  readonly #limits: typeof LIMITS;
  /** Ends the calls that are under way or wait. */
  #ending = new AbortController();

  /** @param report hears of calls that failed. */
  constructor(report: (reason: string) => void, limits = LIMITS) {
    this.#report = report;
    this.#limits = limits;
  }

  /** The last real server has gone, or the first has returned. */
  change(virtual: VirtualService, active: boolean): void {
    this.#change(virtual, active, this.#limits.usual);
  }

  /** Calls `stop` wherever `start` was called last, and waits for all calls to end. Who stops waits for nobody for long. */
  async stopAll(): Promise<void> {
    const earlier = this.#ending;
    const timer = setTimeout(() => earlier.abort(), this.#limits.last * 1000);
    this.#ending = new AbortController();
    for (const virtual of [...this.#started.values()]) this.#change(virtual, false, this.#limits.last);
    await Promise.all(this.#last.values());
    clearTimeout(timer);
  }

  #change(virtual: VirtualService, active: boolean, seconds: number): void {
    if (active === this.#started.has(virtual.key)) return;
    if (active) this.#started.set(virtual.key, virtual);
    else this.#started.delete(virtual.key);
    this.#call(virtual, active ? "start" : "stop", seconds);
  }

  #call(virtual: VirtualService, verb: "start" | "stop", seconds: number): void {
    if (virtual.fallbackCommand === undefined) return;
    const { address } = virtual.settings;
    const name = address.kind === "fwm" ? String(address.mark) : virtual.label;
    const argv = [...virtual.fallbackCommand, verb, name, address.kind];
    const before = this.#last.get(virtual.key) ?? Promise.resolve();
    const { signal } = this.#ending;
    const call = before.then(async () => {
      const reason = await runHook(argv, seconds, { signal });
      if (reason !== undefined) this.#report(reason);
    });
    this.#last.set(virtual.key, call);
  }
}
