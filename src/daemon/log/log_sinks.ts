import { formatDate } from "./date.ts";
import { jsonLine } from "./json_line.ts";
import { appendWithoutWaiting, writeWithoutWaiting } from "../../system/write_without_waiting.ts";
import type { Sink } from "./log.ts";
import { syslogSink } from "./syslog.ts";

/** How lines are written: for people, or a JSON object each. */
export type LogFormat = "text" | "json";

/** The sink that a `logfile` directive asks for: a file if it has a leading slash, else a syslog facility. */
export function sinkFor(logFile: string, format: LogFormat, label: string): Sink {
  if (logFile.startsWith("/")) return fileSink(logFile, format, label);
  const sink = syslogSink(logFile, `ldirectord[${Deno.pid}]`);
  if (format === "text") return sink;
  return (severity, message, fields) => sink(severity, jsonLine(label, severity, message, fields), fields);
}

/**
 * `[date|CFGNAME|PID] message`, or JSON; the file is opened anew for each line, so that it can be rotated at any time.
 * When it cannot be written, whoever has started us is told once, as long as there is somebody.
 */
export function fileSink(path: string, format: LogFormat, label: string, complain = printComplaint): Sink {
  let failed = false;
  return (severity, message, fields) => {
    const line = format === "json"
      ? jsonLine(label, severity, message, fields)
      : `[${formatDate(new Date())}|${label}|${Deno.pid}] ${message}`;
    try {
      appendWithoutWaiting(path, `${line}\n`);
      failed = false;
    } catch (error) {
      // A full or missing log disk must not stop the checks.
      if (!failed) complain(`ldirectord: the log ${path} cannot be written: ${(error as Error).message}`);
      failed = true;
    }
  };
}

function printComplaint(complaint: string): void {
  console.error(complaint);
}

/** `[date] message`, or JSON, on standard output, as a supervisor collects it. */
export function standardOutputSink(format: LogFormat, label: string): Sink {
  return streamSink(STDOUT, format === "text" ? dated : (...line) => jsonLine(label, ...line));
}

/** `[date] message` on standard error, for `--debug`. */
export function standardErrorSink(): Sink {
  return streamSink(STDERR, dated);
}

const STDOUT = 1;
const STDERR = 2;

type Formatter = (...line: Parameters<Sink>) => string;

const dated: Formatter = (_severity, message) => `[${formatDate(new Date())}] ${message}`;

/** Whoever reads the stream may be slow, or stuck, as when his disk is full: then he misses lines, and is told how many. */
export function streamSink(fd: number, format: Formatter): Sink {
  let missed = 0;
  return (...line) => {
    const lines = missed === 0 ? [line] : [missing(missed), line];
    const text = lines.map((each) => `${format(...each)}\n`).join("");
    missed = writeWithoutWaiting(fd, text) ? 0 : missed + 1;
  };
}

function missing(lines: number): Parameters<Sink> {
  return ["warning", `${lines} lines are missing here: whoever reads this was too slow`, {}];
}
