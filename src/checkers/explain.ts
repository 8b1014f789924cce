/**
 * What an error means that ended a conversation. Whatever a server sends, it is the server's doing: only what our own
 * machine says, or what our configuration has, is trouble of ours ("internal"), which changes nothing.
 */

import type { CheckResult, FailureKind } from "../model/check.ts";
import { down } from "./verdict.ts";

/**
 * System errors that say something of the server, or of the way to it; any other says something of us. What routers and
 * firewalls report by ICMP becomes one of them (Linux: icmp_err_convert, icmpv6_err_convert).
 */
const REFUSALS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  ECONNABORTED: "connection reset",
  EPIPE: "connection closed by the server",
  EHOSTUNREACH: "no route to host",
  EHOSTDOWN: "host is down",
  ENETUNREACH: "network unreachable",
  ENETDOWN: "network is down",
  ENONET: "host is isolated",
  ENOPROTOOPT: "protocol unreachable",
  EOPNOTSUPP: "no route to host",
  EPROTO: "a router rejected our packets",
  // Our own system says the same of what it does not let out.
  "network EACCES": "a firewall on the way prohibits it",
};

/** System errors of our own that an operator can do something about; with the call where that makes a difference. */
const OWN_TROUBLES: Readonly<Record<string, string>> = {
  EMFILE: "this process has too many open files (raise LimitNOFILE)",
  ENFILE: "the system has too many open files",
  ENOMEM: "out of memory",
  ENOBUFS: "out of memory for sockets",
  EADDRNOTAVAIL: "no local port is free",
  EPERM: "not permitted (a firewall rule on this host?)",
  EACCES: "permission denied",
  "bind EADDRNOTAVAIL": "bindto is no address of this host",
  "setsockopt EPERM": "checkmark is for root only",
  EAFNOSUPPORT: "this host has no IPv6",
  "socket EPROTONOSUPPORT": "this host's kernel has no SCTP (modprobe sctp)",
};

/** System errors of our own that may come of any call, also of one by which we learn what the network reports. */
const ALWAYS_OURS: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOMEM", "ENOBUFS"]);

/** Errors by their class: the wire's own, and Deno's where they carry no code. */
const BY_NAME: Readonly<Record<string, readonly [FailureKind, prefix: string]>> = {
  ProtocolError: ["protocol", ""],
  TlsError: ["protocol", "TLS failed: "],
  TlsFileError: ["internal", ""],
  MissingOpenSsl: ["internal", ""],
  UnusableValue: ["internal", "the check failed: "],
  NameError: ["internal", ""],
  NotFound: ["internal", ""],
  PermissionDenied: ["internal", ""],
  NotCapable: ["internal", ""],
};

/**
 * Returns the verdict that an error means.
 *
 * @param hasSpoken whether the server had said anything before: an unforeseen error is then that its words
 * cannot be read, and else a bug of ours.
 */
export function explain(error: unknown, hasSpoken: boolean): CheckResult {
  if (!(error instanceof Error)) return unforeseen(String(error), hasSpoken);
  const code = "code" in error ? String(error.code) : "";
  const call = "call" in error ? String(error.call) : "";
  const refusal = REFUSALS[`${call} ${code}`] ?? REFUSALS[code];
  if (refusal) return down("refused", refusal);
  if (code === "ETIMEDOUT") return down("timeout", "the connection timed out");
  if (call === "network" && !ALWAYS_OURS.has(code)) return down("refused", `the network reports ${code}`);
  const trouble = OWN_TROUBLES[`${call} ${code}`] ?? OWN_TROUBLES[code];
  if (trouble) return down("internal", trouble);
  const [why, prefix] = BY_NAME[error.name] ?? [];
  if (why) return down(why, prefix + error.message);
  return unforeseen(error.message, hasSpoken && error.name !== "SystemError");
}

function unforeseen(message: string, hasSpoken: boolean): CheckResult {
  return hasSpoken
    ? down("protocol", `the server's answer cannot be read: ${message}`)
    : down("internal", `the check failed: ${message}`);
}
