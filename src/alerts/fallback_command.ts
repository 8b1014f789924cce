import type { VirtualKey } from "../model/table.ts";
import type { VirtualService } from "../model/virtual_service.ts";
import { runHook } from "./hook.ts";

/** Seconds that a fallback command may take. */
const LIMIT = 60;

/**
 * Calls the `fallbackcommand` of virtual services: `start` when the last real server goes, `stop` when the first
 * returns, each with `vserver:vport` and the protocol. For one virtual service calls never overlap and keep their order.
 */
export class FallbackCommands {
  readonly #report: (reason: string) => void;
  readonly #started = new Map<VirtualKey, VirtualService>();
  readonly #last = new Map<VirtualKey, Promise<void>>();

  /** @param report hears of calls that failed. */
  constructor(report: (reason: string) => void) {
    this.#report = report;
  }

  /** The last real server has gone, or the first has returned. */
  change(virtual: VirtualService, active: boolean): void {
    if (active === this.#started.has(virtual.key)) return;
    if (active) this.#started.set(virtual.key, virtual);
    else this.#started.delete(virtual.key);
    this.#call(virtual, active ? "start" : "stop");
  }

  /** Calls `stop` wherever `start` was called last, and waits for all calls to end. */
  async stopAll(): Promise<void> {
    for (const virtual of [...this.#started.values()]) this.change(virtual, false);
    await Promise.all(this.#last.values());
  }

  #call(virtual: VirtualService, verb: "start" | "stop"): void {
    if (virtual.fallbackCommand === undefined) return;
    const argv = [...virtual.fallbackCommand, verb, virtual.label, virtual.settings.address.kind];
    const before = this.#last.get(virtual.key) ?? Promise.resolve();
    const call = before.then(async () => {
      const reason = await runHook(argv, LIMIT);
      if (reason !== undefined) this.#report(reason);
    });
    this.#last.set(virtual.key, call);
  }
}
