import { FallbackCommands } from "../alerts/fallback_command.ts";
import { monitorLine } from "../alerts/monitor_file.ts";
import type { DirectorEvent } from "../director/events.ts";
import type { CheckKey } from "../model/check.ts";
import { formatDate } from "./date.ts";
import { logLine } from "./event_log.ts";
import type { Log } from "./log.ts";

/** Carries the director's events to the log, the monitor files and the fallback commands. */
export class Reporter {
  readonly #log: Log;
  readonly #fallbackCommands: FallbackCommands;
  /** What kept checks from being made, as last logged. */
  readonly #troubles = new Map<CheckKey, string>();
  readonly #unwritable = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
    this.#fallbackCommands = new FallbackCommands(({ reason }) => log.error(`fallbackcommand: ${reason}`));
  }

  /** Takes one event of the director. */
  readonly report = (event: DirectorEvent): void => {
    if (event.type !== "round" || this.#isNews(event) || this.#log.isVerbose) {
      const { severity, text } = logLine(event);
      this.#log.write(severity, text);
    }
    if (event.type === "round") this.#monitor(event);
    if (event.type === "fallback") this.#fallbackCommands.change(event.virtual, event.active);
  };

  /** Ends what the fallback commands began. */
  stop(): Promise<void> {
    return this.#fallbackCommands.stopAll();
  }

  /** Of all rounds only a trouble of our own is news, and that once. */
  #isNews({ check, result }: Extract<DirectorEvent, { type: "round" }>): boolean {
    if (result.up || result.why !== "internal") {
      this.#troubles.delete(check.key);
      return false;
    }
    const known = this.#troubles.get(check.key);
    this.#troubles.set(check.key, result.detail);
    return known !== result.detail;
  }

  #monitor({ users, result }: Extract<DirectorEvent, { type: "round" }>): void {
    for (const { virtual, real } of users) {
      if (virtual.monitorFile === undefined) continue;
      const line = monitorLine(formatDate(new Date()), Deno.pid, real, result);
      try {
        Deno.writeTextFileSync(virtual.monitorFile, `${line}\n`, { append: true });
        this.#unwritable.delete(virtual.monitorFile);
      } catch (error) {
        if (this.#unwritable.has(virtual.monitorFile)) continue;
        this.#unwritable.add(virtual.monitorFile);
        this.#log.error(`monitorfile ${virtual.monitorFile} cannot be written: ${(error as Error).message}`);
      }
    }
  }
}
