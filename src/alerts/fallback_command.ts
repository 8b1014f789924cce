import type { VirtualKey } from "../model/table.ts";
import type { VirtualService } from "../model/virtual_service.ts";
import { type CommandLimits, OrderedCommands } from "./ordered_commands.ts";
import { virtualArguments } from "./virtual_arguments.ts";

const LIMITS: CommandLimits = { usual: 60, last: 20 };

/**
 * Calls the `fallbackcommand` of virtual services: `start` when the last real server goes, `stop` when the first
 * returns, each with `vserver:vport` and the protocol. For one virtual service calls never overlap and keep their order.
 */
export class FallbackCommands {
  readonly #commands: OrderedCommands;
  readonly #started = new Map<VirtualKey, VirtualService>();

  /** @param report hears of calls that failed. */
  constructor(report: (reason: string) => void, limits = LIMITS) {
    this.#commands = new OrderedCommands(report, limits);
  }

  /** The last real server has gone, or the first has returned. */
  change(virtual: VirtualService, active: boolean): void {
    if (active === this.#started.has(virtual.key)) return;
    if (active) this.#started.set(virtual.key, virtual);
    else this.#started.delete(virtual.key);
    const argv = argvOf(virtual, active ? "start" : "stop");
    if (argv) this.#commands.call(virtual.key, argv);
  }

  /** Calls `stop` wherever `start` was called last, and waits for all calls to end, but not for long. */
  stopAll(): Promise<void> {
    return this.#commands.end((call) => {
      for (const virtual of this.#started.values()) {
        const argv = argvOf(virtual, "stop");
        if (argv) call(virtual.key, argv);
      }
      this.#started.clear();
    });
  }
}

function argvOf(virtual: VirtualService, verb: "start" | "stop"): readonly string[] | undefined {
  return virtual.fallbackCommand && [...virtual.fallbackCommand, ...virtualArguments(verb, virtual)];
}
