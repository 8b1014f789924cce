import { sendUnixDatagram, sendUnixStream } from "../../system/unix_socket.ts";
import { formatDate } from "./date.ts";
import type { Severity, Sink } from "./log.ts";

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

/** RFC 3164, table 2. */
const SEVERITIES: Readonly<Record<Severity, number>> = { error: 3, warning: 4, notice: 5, info: 6, debug: 7 };

const SOCKET = "/dev/log";

/**
 * Writes to the system's log by its socket, one datagram a line, RFC 3164 framing without the host name as local
 * programs send it. Each line stands alone, so that a restarted log daemon is found again. A log daemon that wants
 * connections is given one for each line, which a zero ends, as the C library's syslog(3) has it.
 * Unknown facilities are logged as `daemon`.
 *
 * @param socket where the log daemon listens.
 */
export function syslogSink(facility: string, tag: string, socket = SOCKET): Sink {
  const code = FACILITIES[facility.toLowerCase().replace(/^log_/, "")] ?? FACILITIES.daemon;
  return (severity, message) => {
    const stamp = formatDate(new Date()).slice(4, 19);
    const line = `<${code * 8 + SEVERITIES[severity]}>${stamp} ${tag}: ${message}`;
    if (!sendUnixDatagram(socket, line)) sendUnixStream(socket, `${line}\0`);
  };
}
