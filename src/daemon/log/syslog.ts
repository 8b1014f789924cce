import { SEVERITY_NUMBERS } from "../../model/log.ts";
import { sendUnixDatagram, sendUnixStream } from "../../system/unix_socket.ts";
import { formatDate } from "./date.ts";
import type { Delivery } from "./delivery.ts";
import type { Formatter } from "./log.ts";

/** RFC 3164, table 1, by the names that syslog(3) has for them. */
const FACILITIES: Readonly<Record<string, number>> = {
  kern: 0,
  user: 1,
  mail: 2,
  daemon: 3,
  auth: 4,
  security: 4,
  syslog: 5,
  lpr: 6,
  news: 7,
  uucp: 8,
  cron: 9,
  authpriv: 10,
  ftp: 11,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
};

/** The number of a syslog facility by its name; unknown ones are `daemon`. */
export function facilityNumber(name: string): number {
  return FACILITIES[name.toLowerCase().replace(/^log_/, "")] ?? FACILITIES.daemon;
}

/** Where the system's log daemon listens. */
export const SYSLOG_SOCKET = "/dev/log";

/** Returns the form that local programs have always sent to it: RFC 3164's, without the name of the host. */
export function rfc3164Formatter(facility: number, tag: string): Formatter {
  return (severity, message) => {
    const stamp = formatDate(new Date()).slice(4, 19);
    return `<${facility * 8 + SEVERITY_NUMBERS[severity]}>${stamp} ${tag}: ${message}`;
  };
}

/**
 * Returns what hands lines to the system's log daemon by its socket, one datagram a line. Each line stands alone, so that a
 * restarted log daemon is found again. A log daemon that wants connections is given one for each line, which a zero ends,
 * as the C library's syslog(3) has it.
 *
 * @param socket where the log daemon listens.
 */
export function syslogDelivery(format: Formatter, socket = SYSLOG_SOCKET): Delivery {
  return (...line) => {
    const text = format(...line);
    return sendUnixDatagram(socket, text) || sendUnixStream(socket, `${text}\0`);
  };
}
