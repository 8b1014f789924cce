import type { LogFormat } from "../../model/log.ts";
import { appendWithoutWaiting, writeWithoutWaiting } from "../../system/write_without_waiting.ts";
import { formatDate } from "./date.ts";
import { deliveringSink, type Delivery } from "./delivery.ts";
import { isJournals, journalDelivery, leadsToJournal } from "./journal.ts";
import { jsonLine } from "./json_line.ts";
import type { Formatter, Sink } from "./log.ts";
import { rfc5424Formatter } from "./rfc5424.ts";
import { facilityNumber, rfc3164Formatter, SYSLOG_SOCKET, syslogDelivery } from "./syslog.ts";

/** The facility of lines for which none is configured. */
const DAEMON = facilityNumber("daemon");

/** Returns the sink that a `logfile` directive asks for: a file, systemd's journal, or a syslog facility. */
export function sinkFor(logFile: string, format: LogFormat, label: string): Sink {
  if (logFile.startsWith("/")) return fileSink(logFile, format, label);
  if (logFile === "journal") return logDaemonSink(true, DAEMON, format, label);
  return logDaemonSink(isJournals(SYSLOG_SOCKET), facilityNumber(logFile), format, label);
}

/**
 * The journal is given the fields beside the words, and passes the words on to a syslog daemon as one knows them. Lines of
 * JSON have their fields already. When the journal takes nothing, the syslog daemon may.
 */
function logDaemonSink(journal: boolean, facility: number, format: LogFormat, label: string): Sink {
  const syslog = syslogDelivery(syslogFormatter(facility, format, label));
  const native = journal && format !== "json" ? [journalDelivery(facility, label)] : [];
  // Standard error may lead to the same log daemon: it is not waited for either.
  const onTrouble = () => writeWithoutWaiting(STDERR, `ldirectord: the log cannot be written: ${NO_LOG_DAEMON}\n`);
  return deliveringSink([...native, syslog], "the log daemon has not taken them", onTrouble);
}

const NO_LOG_DAEMON = `no log daemon takes lines at ${SYSLOG_SOCKET}`;

function syslogFormatter(facility: number, format: LogFormat, label: string): Formatter {
  if (format === "rfc5424") return formatterOfRfc5424(facility, label);
  const line = rfc3164Formatter(facility, `ldirectord[${Deno.pid}]`);
  if (format === "text") return line;
  return (severity, message, fields) => line(severity, jsonLine(label, severity, message, fields), fields);
}

/**
 * `[date|CFGNAME|PID] message`, or another format; the file is opened anew for each line, so that it can be rotated at any
 * time. When it cannot be written, that is reported once on standard error, where there is one.
 */
export function fileSink(path: string, format: LogFormat, label: string, onTrouble = printComplaint): Sink {
  const text: Formatter = (_severity, message) => `[${formatDate(new Date())}|${label}|${Deno.pid}] ${message}`;
  const formatted = formatterFor(format, label, text);
  let failed = false;
  return (...line) => {
    try {
      appendWithoutWaiting(path, `${formatted(...line)}\n`);
      failed = false;
    } catch (error) {
      // A full or missing log disk must not stop the checks.
      if (!failed) onTrouble(`ldirectord: the log ${path} cannot be written: ${(error as Error).message}`);
      failed = true;
    }
  };
}

function printComplaint(complaint: string): void {
  console.error(complaint);
}

/**
 * `[date] message`, or another format, on standard output, as a supervisor collects it. Where that is systemd's journal, it
 * is given the fields as well.
 */
export function standardOutputSink(format: LogFormat, label: string): Sink {
  const stream = streamDelivery(STDOUT, formatterFor(format, label, dated));
  const native = format !== "json" && leadsToJournal(STDOUT) ? [journalDelivery(DAEMON, label)] : [];
  return deliveringSink([...native, stream], SLOW_READER);
}

/** `[date] message` on standard error, for `--debug`. */
export function standardErrorSink(): Sink {
  return streamSink(STDERR, dated);
}

const STDOUT = 1;
const STDERR = 2;

const SLOW_READER = "the reader is too slow";

const dated: Formatter = (_severity, message) => `[${formatDate(new Date())}] ${message}`;

/** The reader of the stream may be slow, or stuck, as when its disk is full: then lines are dropped, and their number is reported. */
export function streamSink(fd: number, format: Formatter): Sink {
  return deliveringSink([streamDelivery(fd, format)], SLOW_READER);
}

function streamDelivery(fd: number, format: Formatter): Delivery {
  return (...line) => writeWithoutWaiting(fd, `${format(...line)}\n`);
}

/** Returns how lines are written in a format, where nothing but a line says what it is. */
function formatterFor(format: LogFormat, label: string, text: Formatter): Formatter {
  switch (format) {
    case "text":
      return text;
    case "json":
      return (...line) => jsonLine(label, ...line);
    case "rfc5424":
      return formatterOfRfc5424(DAEMON, label);
  }
}

function formatterOfRfc5424(facility: number, configuration: string): Formatter {
  return rfc5424Formatter({ facility, host: Deno.hostname(), pid: Deno.pid, configuration });
}
