import { type Severity, SEVERITY_NUMBERS } from "../../model/log.ts";
import type { Formatter, LogFields } from "./log.ts";

/**
 * The name of our element of structured data. Names of one's own end with the number of an enterprise (RFC 5424, 7.2.2);
 * the project has none: 32473 is the one that is kept for examples (RFC 5612), and no enterprise's.
 */
const ELEMENT = "ldirectord@32473";

/** A text in UTF-8 begins with this mark (RFC 5424, 6.4). One of ASCII alone is the same with or without. */
const MARK = "\u{feff}";

/** The program that writes. */
export interface Origin {
  /** The number of a syslog facility (RFC 5424, 6.2.1). */
  readonly facility: number;
  readonly host: string;
  readonly pid: number;
  /** The configuration's name. */
  readonly configuration: string;
}

/**
 * Returns a line as RFC 5424 (section 6) has it: header, structured data, words. The event's name is the MSGID; all fields
 * are parameters of one element.
 */
export function rfc5424Line(
  { facility, host, pid, configuration }: Origin,
  time: Date,
  severity: Severity,
  message: string,
  fields: LogFields,
): string {
  const priority = facility * 8 + SEVERITY_NUMBERS[severity];
  const header = [`<${priority}>1`, time.toISOString(), headerWord(host, 255), "ldirectord", pid, eventName(fields)];
  const data = Object.entries({ configuration, ...fields }).map(([name, value]) => ` ${name}="${escapeValue(value)}"`);
  return `${header.join(" ")} [${ELEMENT}${data.join("")}] ${isAscii(message) ? "" : MARK}${message}`;
}

/** Returns a formatter of such lines. */
export function rfc5424Formatter(origin: Origin): Formatter {
  return (...line) => rfc5424Line(origin, new Date(), ...line);
}

function eventName({ event }: LogFields): string {
  return headerWord(event === undefined ? "" : String(event), 32);
}

/** A field of the header: printable ASCII, of limited length, a dash when there is none. */
function headerWord(text: string, longest: number): string {
  return text.replace(/[^\x21-\x7e]/g, "").slice(0, longest) || "-";
}

/** RFC 5424, 6.3.3: these three, and no others, have a backslash before them. */
function escapeValue(value: string | number): string {
  return String(value).replace(/["\\\]]/g, "\\$&");
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
