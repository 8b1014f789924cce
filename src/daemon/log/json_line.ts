import type { Severity } from "../../model/log.ts";
import type { LogFields } from "./log.ts";

/** A line of the log as a JSON object: when, how grave, of which configuration and process, the words, and what they say. */
export function jsonLine(configuration: string, severity: Severity, message: string, fields: LogFields): string {
  const time = new Date().toISOString();
  return JSON.stringify({ time, severity, configuration, pid: Deno.pid, message, ...fields });
}
