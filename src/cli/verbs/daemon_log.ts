import { Log, type Sink } from "../../daemon/log/log.ts";
import { sinkFor, standardErrorSink, standardOutputSink } from "../../daemon/log/log_sinks.ts";
import type { Severity } from "../../model/log.ts";
import type { Model } from "../../model/virtual_service.ts";
import { isShown, type Place } from "./place.ts";

/** Returns the log of a daemon that starts. What the kernel refuses at the start is shown where the start is. */
export function startingLog(place: Place, model: Model, label: string): Log {
  const sink = sinkOf(place, model, label);
  return new Log(isShown(place) ? withRefusalsShown(sink) : sink, levelOf(place, model));
}

/** The start is over, or a configuration replaced: what the log has, and where it goes, is as that one says. */
export function redirectLog(log: Log, place: Place, model: Model, label: string): void {
  log.redirect(sinkOf(place, model, label), levelOf(place, model));
}

/** With `--debug` everything is shown. */
function levelOf(place: Place, { logLevel }: Model): Severity {
  return place === "debug" ? "debug" : logLevel;
}

/** Returns where the log of a daemon goes. */
function sinkOf(place: Place, { logFile, logFormat }: Model, label: string): Sink {
  if (place === "debug") return standardErrorSink();
  if (place === "supervised") return standardOutputSink(logFormat, label);
  return sinkFor(logFile, logFormat, label);
}

/** A sink that shows on standard error, too, what the kernel refuses: a start must not look as if all were served. */
function withRefusalsShown(sink: Sink): Sink {
  return (severity, message, fields) => {
    sink(severity, message, fields);
    if (fields.event === "table-refused") console.error(`ldirectord: ${message}`);
  };
}
