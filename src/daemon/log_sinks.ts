import { formatDate } from "./date.ts";
import type { Sink } from "./log.ts";
import { syslogSink } from "./syslog.ts";

/** The sink that a `logfile` directive asks for: a file if it has a leading slash, else a syslog facility. */
export function sinkFor(logFile: string, label: string): Sink {
  return logFile.startsWith("/") ? fileSink(logFile, label) : syslogSink(logFile, `ldirectord[${Deno.pid}]`);
}

/** `[date|CFGNAME|PID] message`; the file is opened anew for each line, so that it can be rotated at any time. */
export function fileSink(path: string, label: string): Sink {
  return (_severity, message) => {
    try {
      Deno.writeTextFileSync(path, `[${formatDate(new Date())}|${label}|${Deno.pid}] ${message}\n`, { append: true });
    } catch {
      // A full or missing log disk must not stop the checks.
    }
  };
}

/** `[date] message` on standard output, as a supervisor collects it. */
export function standardOutputSink(): Sink {
  return streamSink(Deno.stdout);
}

/** `[date] message` on standard error, for `--debug`. */
export function standardErrorSink(): Sink {
  return streamSink(Deno.stderr);
}

function streamSink(stream: { writeSync(bytes: Uint8Array): number }): Sink {
  return (_severity, message) => {
    try {
      stream.writeSync(new TextEncoder().encode(`[${formatDate(new Date())}] ${message}\n`));
    } catch {
      // Whoever read it is gone.
    }
  };
}
