import { type Severity, SEVERITY_NUMBERS } from "../../model/log.ts";
import { sendUnixDatagram } from "../../system/unix_socket.ts";
import type { Delivery } from "./delivery.ts";
import type { LogFields } from "./log.ts";

/** Where systemd's journal takes entries with fields. */
const JOURNAL_SOCKET = "/run/systemd/journal/socket";

/** Where /dev/log leads when the journal listens there. */
const JOURNAL_SYSLOG_SOCKET = "/run/systemd/journal/dev-log";

/** Characters of a value that are sent at most: an entry must fit into a datagram (net.core.wmem_default, some 200 KB). */
const LONGEST_VALUE = 16 * 1024;

/**
 * Returns one entry in the journal's own protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): `NAME=value` lines; a value with
 * line ends stands on a line after its name, with its length before it as 64 bits, the lowest byte first.
 */
export function encodeJournalEntry(entry: Readonly<Record<string, string | number>>): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const parts = Object.entries(entry).flatMap(([name, value]) => {
    const bytes = encoder.encode(String(value).slice(0, LONGEST_VALUE));
    if (!bytes.includes(NEWLINE)) return [encoder.encode(`${name}=`), bytes, LINE_END];
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length), true);
    return [encoder.encode(`${name}\n`), length, bytes, LINE_END];
  });
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const NEWLINE = 0x0a;
const LINE_END = Uint8Array.of(NEWLINE);

/**
 * Returns what hands lines to the journal. Each field becomes one of the journal's, `real` for example LDIRECTORD_REAL, so
 * that `journalctl LDIRECTORD_REAL=10.0.0.11:80` finds it.
 *
 * @param facility the number of a syslog facility: the journal keeps it, and forwards it to a syslog daemon.
 * @param configuration the configuration's name.
 */
export function journalDelivery(facility: number, configuration: string, socket = JOURNAL_SOCKET): Delivery {
  return (severity, message, fields) =>
    sendUnixDatagram(socket, encodeJournalEntry(journalEntry(facility, configuration, severity, message, fields)));
}

function journalEntry(
  facility: number,
  configuration: string,
  severity: Severity,
  message: string,
  fields: LogFields,
): Readonly<Record<string, string | number>> {
  const own = Object.entries({ config: configuration, ...fields });
  return {
    MESSAGE: message,
    PRIORITY: SEVERITY_NUMBERS[severity],
    SYSLOG_FACILITY: facility,
    SYSLOG_IDENTIFIER: "ldirectord",
    SYSLOG_PID: Deno.pid,
    ...Object.fromEntries(own.map(([name, value]) => [`LDIRECTORD_${name.toUpperCase()}`, value])),
  };
}

/** Whether a standard stream leads to the journal (`JOURNAL_STREAM`, systemd.exec(5): its device and inode). */
export function leadsToJournal(fd: number, stream = Deno.env.get("JOURNAL_STREAM")): boolean {
  if (stream === undefined) return false;
  try {
    const { dev, ino } = Deno.statSync(`/proc/self/fd/${fd}`);
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

/** Whether what is sent to a syslog socket comes to the journal. */
export function isJournals(syslogSocket: string): boolean {
  try {
    return Deno.realPathSync(syslogSocket) === JOURNAL_SYSLOG_SOCKET;
  } catch {
    return false;
  }
}
