import { harmless } from "../../model/harmless_text.ts";
import { type Severity, SEVERITY_NUMBERS } from "../../model/log.ts";

/** What a line says, taken apart for programs. */
export type LogFields = Readonly<Record<string, string | number>>;

/** Takes one line. Never throws: a director without a log is still a director. */
export type Sink = (severity: Severity, message: string, fields: LogFields) => void;

/** Writes a line as text. */
export type Formatter = (...line: Parameters<Sink>) => string;

/** The daemon's log. */
export class Log {
  #sink: Sink;
  #level: Severity;

  /** @param level lines that matter less are not written. */
  constructor(sink: Sink, level: Severity = "info") {
    this.#sink = sink;
    this.#level = level;
  }

  /** Whether debug lines are written. */
  get isVerbose(): boolean {
    return this.#level === "debug";
  }

  /** Goes over to another sink and level, as after a reload. */
  redirect(sink: Sink, level: Severity): void {
    this.#sink = sink;
    this.#level = level;
  }

  /** Writes one line. Harmful characters are spelled out, so that a message is always one line, and so are those of fields. */
  write(severity: Severity, message: string, fields: LogFields = {}): void {
    // A smaller number matters more.
    if (SEVERITY_NUMBERS[severity] > SEVERITY_NUMBERS[this.#level]) return;
    this.#sink(severity, harmless(message), harmlessFields(fields));
  }

  error(message: string): void {
    this.write("error", message);
  }

  /** A bug of ours, which is no reason to stop keeping the table: where it broke is for developers. */
  bug(error: unknown): void {
    this.error(`Internal error: ${error instanceof Error ? error.stack : error}`);
  }

  warning(message: string): void {
    this.write("warning", message);
  }

  notice(message: string): void {
    this.write("notice", message);
  }

  info(message: string): void {
    this.write("info", message);
  }

  debug(message: string): void {
    this.write("debug", message);
  }
}

function harmlessFields(fields: LogFields): LogFields {
  const all = Object.entries(fields).map((
    [name, value],
  ) => [name, typeof value === "string" ? harmless(value) : value]);
  return Object.fromEntries(all);
}
