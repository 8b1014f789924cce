/**
 * What each check asks, when it passes, and which settings it looks at: the manual, the help, the README and the lint read
 * it. Words in backticks are to be typed.
 */

import type { CheckMethod, Service } from "../../model/check.ts";
import type { DirectiveName } from "./directives.ts";

/** A check, or several that differ only in encryption. */
export interface ServiceDoc {
  /** Services, or types of check. */
  readonly names: readonly string[];
  readonly asked: string;
  readonly passes: string;
  /** Directives that it looks at, beside those of all checks and those of TLS. */
  readonly options: readonly DirectiveName[];
  /** Those of the names that speak TLS from the start. */
  readonly overTls?: readonly string[];
  readonly sentinel: SentinelDoc;
}

/** Whether a sentinel may hold an idle connection to such a server, and what that server does with one. */
export interface SentinelDoc {
  /** `never`: servers of the service count such clients against their host, and turn it away in the end; `none`: no TCP port. */
  readonly use: "yes" | "never" | "none";
  readonly why: string;
}

const LOGIN = ["login", "passwd"] as const;
const LOGIN_TLS = ["starttls", ...LOGIN] as const;
const QUESTION = ["request", "receive"] as const;

/** The checks of each service. */
export const SERVICE_DOCS: readonly ServiceDoc[] = [
  {
    names: ["http", "https"],
    asked: "`GET /request`; redirects on the same server",
    passes: "2xx (or `expectstatus`), body matches `receive`",
    options: [...QUESTION, "httpmethod", "virtualhost", "requestheader", "requestbody", "expectstatus"],
    overTls: ["https"],
    sentinel: {
      use: "yes",
      why: "closed after 20 to 120 s (nginx `client_header_timeout`, Apache `RequestReadTimeout`)",
    },
  },
  {
    names: ["http_proxy"],
    asked: "the absolute `request`, through the real server",
    passes: "as http",
    options: [...QUESTION, "httpmethod", "virtualhost", "requestheader", "requestbody", "expectstatus"],
    sentinel: { use: "yes", why: "closed after minutes (squid `request_start_timeout`)" },
  },
  {
    names: ["smtp", "submission"],
    asked: "220, EHLO or HELO, with `login` AUTH, QUIT",
    passes: "all of it",
    options: LOGIN_TLS,
    sentinel: {
      use: "yes",
      why:
        "closed after 5 min (Postfix `smtpd_timeout`), with a line in its log; one of 50 connections that a client may have",
    },
  },
  {
    names: ["imap", "imaps", "pop", "pops"],
    asked: "greeting, with `login` the log-in, log-out",
    passes: "all of it",
    options: LOGIN_TLS,
    overTls: ["imaps", "pops"],
    sentinel: { use: "yes", why: "closed after 3 min (Dovecot); clients that have not logged in are not counted" },
  },
  {
    names: ["ftp"],
    asked: "log-in, binary, passive, RETR `request`",
    passes: "the file matches `receive`; without `request` the log-in",
    options: [...QUESTION, ...LOGIN_TLS],
    sentinel: {
      use: "yes",
      why: "closed after 5 min (vsftpd `idle_session_timeout`, ProFTPD `TimeoutLogin`); takes a process there",
    },
  },
  {
    names: ["nntp"],
    asked: "greeting",
    passes: "2xx",
    options: [],
    sentinel: { use: "yes", why: "closed after 10 s (INN `initialtimeout`) or more" },
  },
  {
    names: ["dns"],
    asked: "A, AAAA or PTR of `request`, or `dnstype`, over udp or tcp",
    passes: "one record's value matches `receive`",
    options: [...QUESTION, "dnstype"],
    sentinel: { use: "yes", why: "closed after 30 s (BIND `tcp-initial-timeout`); over tcp only" },
  },
  {
    names: ["ldap", "ldaps"],
    asked: "simple bind, base search of `request`",
    passes: "one entry, its DN matches `receive`",
    options: [...QUESTION, ...LOGIN_TLS],
    overTls: ["ldaps"],
    sentinel: { use: "yes", why: "kept (slapd), or closed after minutes" },
  },
  {
    names: ["mysql"],
    asked: "log-in, `request`",
    passes: "one row or more; the first matches `receive`",
    options: [...QUESTION, ...LOGIN_TLS, "database"],
    sentinel: {
      use: "never",
      why:
        "closed after 10 s, and each counts as an error of the host, which is blocked in the end (`max_connect_errors`)",
    },
  },
  {
    names: ["pgsql"],
    asked: "log-in, `request`",
    passes: "one row or more; the first matches `receive`",
    options: [...QUESTION, ...LOGIN_TLS, "database"],
    sentinel: { use: "yes", why: "closed after 60 s (`authentication_timeout`); no host is blocked for it" },
  },
  {
    names: ["oracle"],
    asked: "log-in, `request`",
    passes: "one row or more",
    options: ["request", ...LOGIN, "database"],
    sentinel: {
      use: "yes",
      why:
        "closed after 60 s (`INBOUND_CONNECT_TIMEOUT`), with a line in the listener's log; no host is blocked for it",
    },
  },
  {
    names: ["radius"],
    asked: "PAP Access-Request with Message-Authenticator; without `login` Status-Server",
    passes: "Access-Accept; for Status-Server also Accounting-Response",
    options: [...LOGIN, "secret"],
    sentinel: { use: "none", why: "over udp only" },
  },
  {
    names: ["sip", "sips"],
    asked: "OPTIONS over the virtual's protocol, for `sips` over TLS",
    passes: "200",
    options: ["login"],
    overTls: ["sips"],
    sentinel: {
      use: "yes",
      why: "closed after 30 s to 2 min (Asterisk `tcpauthtimeout`, Kamailio `tcp_connection_lifetime`); over tcp only",
    },
  },
  {
    names: ["grpc", "grpcs"],
    asked:
      "grpc.health.v1.Health/Check of the service `request` (unset = the whole server), over HTTP/2, with TLS for " +
      "`grpcs`",
    passes: "SERVING",
    options: ["request", "virtualhost", "requestheader"],
    overTls: ["grpcs"],
    sentinel: { use: "yes", why: "closed after 2 min (gRPC waits that long for the preface)" },
  },
  {
    names: ["redis"],
    asked: "AUTH with `login` or `passwd`, PING, or INFO as `request`",
    passes: "the answer matches `receive`",
    options: [...QUESTION, ...LOGIN],
    sentinel: { use: "yes", why: "kept (`timeout` 0); one of `maxclients`" },
  },
  {
    names: ["memcached"],
    asked: "version",
    passes: "the answer matches `receive`",
    options: ["receive"],
    sentinel: { use: "yes", why: "kept (`idle_timeout` 0); one of the `-c` connections" },
  },
  {
    names: ["simpletcp"],
    asked: "`request` as it is (`\\n \\r \\t \\xHH \\\\`), then our side is closed",
    passes: "a line of the reply, or all of it, matches `receive`",
    options: QUESTION,
    sentinel: { use: "yes", why: "kept for as long as its server likes" },
  },
];

/** The checks that speak no service's protocol, by `checktype`. */
export const CHECK_TYPE_DOCS: readonly ServiceDoc[] = [
  {
    names: ["connect"],
    asked: "a TCP connection; for udp a ping, and no port-unreachable",
    passes: "it is made",
    options: [],
    sentinel: { use: "yes", why: "kept for as long as its server likes; over tcp only" },
  },
  {
    names: ["ping"],
    asked: "ICMP echo over IPv4 and IPv6",
    passes: "a reply",
    options: ["checkcount"],
    sentinel: { use: "none", why: "no port is checked" },
  },
  {
    names: ["external", "external-perl"],
    asked: "a program, without a shell",
    passes: "exit status 0",
    options: ["checkcommand", "dynamicweight"],
    sentinel: { use: "none", why: "no port is known to be checked" },
  },
];

/** A way of being checked: a service's, or a method that speaks none. */
export type Kind = Service | Exclude<CheckMethod, "negotiate">;

/** Directives that every check over TLS looks at. */
const OF_TLS: readonly DirectiveName[] = [
  "tlsverify",
  "tlsservername",
  "tlscafile",
  "tlscertfile",
  "tlskeyfile",
  "certexpirywarn",
  "virtualhost",
];

/** Directives that every check looks at that goes to the port of a server. */
const OF_PORTS: readonly DirectiveName[] = ["checkport"];

const WITHOUT_PORT: readonly string[] = ["ping", "external", "external-perl"];

const ALL_DOCS = [...SERVICE_DOCS, ...CHECK_TYPE_DOCS];

/** The settings of a section that only some checks look at. */
export const CHECK_SETTINGS: ReadonlySet<DirectiveName> = new Set([
  ...ALL_DOCS.flatMap(({ options }) => options),
  ...OF_TLS,
  ...OF_PORTS,
]);

/** Whether a check looks at a directive. `overTls` says that it goes over to TLS by itself. */
export function looksAt(kind: Kind, name: DirectiveName, overTls = speaksTls(kind)): boolean {
  if (name === "starttls" && speaksTls(kind)) return false;
  if (OF_PORTS.includes(name)) return !WITHOUT_PORT.includes(kind);
  return (overTls && OF_TLS.includes(name)) || docOf(kind)?.options.includes(name) === true;
}

/** Returns whether a sentinel is possible, and what becomes of its connection. */
export function sentinelText({ use, why }: SentinelDoc): string {
  if (use === "yes") return `an idle connection is ${why}`;
  return use === "never" ? `refused: an idle connection is ${why}` : `not possible: ${why}`;
}

/** What a sentinel means to the servers of a service, or of a type of check; those of which nothing is known take it. */
export function sentinelDoc(kind: string): SentinelDoc {
  return docOf(kind)?.sentinel ?? { use: "yes", why: "kept for as long as its server likes" };
}

/** Whether a check speaks TLS from the start. */
export function speaksTls(kind: string): boolean {
  return docOf(kind)?.overTls?.includes(kind) === true;
}

/** The checks that look at a directive, by services and types of check; those over TLS in one word. None: all do. */
export function lookedAtBy(name: DirectiveName): readonly string[] {
  if (!CHECK_SETTINGS.has(name) || OF_PORTS.includes(name)) return [];
  const kinds = ALL_DOCS.flatMap(({ names, options }) => options.includes(name) ? names : []);
  const own = name === "starttls" ? kinds.filter((kind) => !speaksTls(kind)) : kinds;
  return OF_TLS.includes(name) ? [...own, "all over TLS"] : own;
}

function docOf(kind: string): ServiceDoc | undefined {
  return ALL_DOCS.find(({ names }) => names.includes(kind));
}
