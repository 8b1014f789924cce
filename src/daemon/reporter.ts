import { FallbackCommands } from "../alerts/fallback_command.ts";
import { monitorLine } from "../alerts/monitor_file.ts";
import type { DirectorEvent } from "../director/events.ts";
import { formatDate } from "./date.ts";
import { logLine } from "./event_log.ts";
import type { Log } from "./log.ts";

/** Carries the director's events to the log, the monitor files and the fallback commands. */
export class Reporter {
  readonly #log: Log;
  readonly #fallbackCommands: FallbackCommands;

  constructor(log: Log) {
    this.#log = log;
    this.#fallbackCommands = new FallbackCommands(({ reason }) => log.error(`fallbackcommand: ${reason}`));
  }

  /** Takes one event of the director. */
  readonly report = (event: DirectorEvent): void => {
    if (event.type !== "round" || this.#log.isVerbose || !event.result.up) {
      const line = logLine(event);
      if (line) this.#log.write(line.severity, line.text);
    }
    if (event.type === "round") this.#monitor(event);
    if (event.type === "fallback") this.#fallbackCommands.change(event.virtual, event.active);
  };

  /** Ends what the fallback commands began. */
  stop(): Promise<void> {
    return this.#fallbackCommands.stopAll();
  }

  #monitor({ users, result }: Extract<DirectorEvent, { type: "round" }>): void {
    for (const { virtual, real } of users) {
      if (virtual.monitorFile === undefined) continue;
      const line = monitorLine(formatDate(new Date()), Deno.pid, real, result);
      try {
        Deno.writeTextFileSync(virtual.monitorFile, `${line}\n`, { append: true });
      } catch (error) {
        this.#log.error(`monitorfile ${virtual.monitorFile} cannot be written: ${(error as Error).message}`);
      }
    }
  }
}
