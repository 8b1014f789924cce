import { harmless } from "../../model/harmless_text.ts";

/** How much a line matters; syslog gets it as its severity (RFC 3164, 4.1.1). */
export type Severity = "error" | "warning" | "notice" | "info" | "debug";

/** What a line says, taken apart for programs. */
export type LogFields = Readonly<Record<string, string | number>>;

/** Takes one line. Never throws: a director without a log is still a director. */
export type Sink = (severity: Severity, message: string, fields: LogFields) => void;

/** The daemon's log. */
export class Log {
  #sink: Sink;
  readonly #debug: boolean;

  /** @param debug whether debug lines are written as well. */
  constructor(sink: Sink, debug = false) {
    this.#sink = sink;
    this.#debug = debug;
  }

  /** Whether debug lines are written. */
  get isVerbose(): boolean {
    return this.#debug;
  }

  /** Goes over to another sink, as after a reload. */
  redirect(sink: Sink): void {
    this.#sink = sink;
  }

  /** Writes one line. Harmful characters are spelled out, so that a message is always one line. */
  write(severity: Severity, message: string, fields: LogFields = {}): void {
    if (severity === "debug" && !this.#debug) return;
    this.#sink(severity, harmless(message), fields);
  }

  error(message: string): void {
    this.write("error", message);
  }

  /** A bug of ours, which is no reason to stop keeping the table: where it broke is for those who mend it. */
  bug(error: unknown): void {
    this.error(`Internal error: ${error instanceof Error ? error.stack : error}`);
  }

  warning(message: string): void {
    this.write("warning", message);
  }

  info(message: string): void {
    this.write("info", message);
  }

  debug(message: string): void {
    this.write("debug", message);
  }
}
