/**
 * Every protocol that a negotiate check can speak, in one table: the configuration language, the checkers' registry, the
 * manual, the help, the README and the lints read it. A further protocol is a row here, and a file in checkers/.
 */

import type { Protocol } from "./protocol.ts";

const LOGIN = ["login", "passwd"] as const;
const LOGIN_TLS = ["starttls", ...LOGIN] as const;
const QUESTION = ["request", "receive"] as const;
const OF_PAGES = [...QUESTION, "httpmethod", "virtualhost", "requestheader", "requestbody", "expectstatus"] as const;
const NEEDS_OF_QUERIES = [
  { directive: "login", example: '"user"' },
  { directive: "request", example: '"SELECT …"' },
] as const;

const ROWS = [
  {
    services: {
      http: { port: 80, impliedByPort: true, portNames: ["http/tcp", "www/tcp"] },
      https: { port: 443, impliedByPort: true, portNames: ["https/tcp", "https/udp"], overTls: true },
    },
    asked: "`GET /request`; redirects on the same server",
    passes: "2xx (or `expectstatus`), body matches `receive`, or holds what its `json:` says",
    options: OF_PAGES,
    question: { kind: "page" },
    sentinel: {
      use: "yes",
      why: "closed after 20 to 120 s (nginx `client_header_timeout`, Apache `RequestReadTimeout`)",
    },
    provenAgainst: "nginx 1.22",
  },
  {
    services: { http_proxy: { port: 3128, impliedByPort: true, portNames: ["squid/tcp"] } },
    asked: "the absolute `request`, through the real server",
    passes: "as http",
    options: OF_PAGES,
    question: { kind: "page" },
    sentinel: { use: "yes", why: "closed after minutes (squid `request_start_timeout`)" },
    provenAgainst: "squid 5.7, nginx 1.22",
  },
  {
    services: {
      smtp: { port: 25, impliedByPort: true, portNames: ["smtp/tcp", "mail/tcp"] },
      submission: { port: 587, impliedByPort: true, portNames: ["submission/tcp"] },
      smtps: {
        port: 465,
        portNames: ["submissions/tcp", "smtps/tcp", "ssmtp/tcp"],
        overTls: true,
        schemes: ["submissions"],
      },
    },
    asked: "220, EHLO or HELO, with `login` AUTH, QUIT",
    passes: "all of it",
    options: LOGIN_TLS,
    sentinel: {
      use: "yes",
      why:
        "closed after 5 min (Postfix `smtpd_timeout`), with a line in its log; one of 50 connections that a client may have",
    },
    provenAgainst: "Postfix 3.7",
  },
  {
    services: {
      imap: { port: 143, impliedByPort: true, portNames: ["imap2/tcp", "imap/tcp"] },
      imaps: { port: 993, impliedByPort: true, portNames: ["imaps/tcp"], overTls: true },
      pop: { port: 110, impliedByPort: true, portNames: ["pop3/tcp", "pop-3/tcp"], schemes: ["pop3"] },
      pops: { port: 995, impliedByPort: true, portNames: ["pop3s/tcp"], overTls: true, schemes: ["pop3s"] },
    },
    asked: "greeting, with `login` the log-in, log-out",
    passes: "all of it",
    options: LOGIN_TLS,
    sentinel: { use: "yes", why: "closed after 3 min (Dovecot); clients that have not logged in are not counted" },
    provenAgainst: "Dovecot 2.3",
  },
  {
    services: { ftp: { port: 21, impliedByPort: true, portNames: ["ftp/tcp"] } },
    asked: "log-in, binary, passive, RETR `request`",
    passes: "the file matches `receive`; without `request` the log-in",
    options: [...QUESTION, ...LOGIN_TLS],
    // The control connection, and the one for data.
    connections: 2,
    sentinel: {
      use: "yes",
      why: "closed after 5 min (vsftpd `idle_session_timeout`, ProFTPD `TimeoutLogin`); takes a process there",
    },
    provenAgainst: "vsftpd 3.0",
  },
  {
    services: { nntp: { port: 119, impliedByPort: true, portNames: ["nntp/tcp"] } },
    asked: "greeting",
    passes: "2xx",
    options: [],
    sentinel: { use: "yes", why: "closed after 10 s (INN `initialtimeout`) or more" },
    provenAgainst: "INN 2.7",
  },
  {
    services: {
      dns: { port: 53, impliedByPort: true, portNames: ["domain/tcp", "domain/udp"], behindMark: "udp" },
    },
    asked: "A, AAAA or PTR of `request`, or `dnstype`, over udp or tcp",
    passes: "one record's value matches `receive`",
    options: [...QUESTION, "dnstype"],
    needs: [
      { directive: "request", meaning: "the name to ask for", example: '"www.example.org"', isWarning: true },
    ],
    sentinel: { use: "yes", why: "closed after 30 s (BIND `tcp-initial-timeout`); over tcp only" },
    provenAgainst: "BIND 9.18",
  },
  {
    services: {
      ldap: { port: 389, impliedByPort: true, portNames: ["ldap/tcp", "ldap/udp"] },
      ldaps: { port: 636, impliedByPort: true, portNames: ["ldaps/tcp"], overTls: true },
    },
    asked: "simple bind, base search of `request`",
    passes: "one entry, its DN matches `receive`",
    options: [...QUESTION, ...LOGIN_TLS],
    askedBy: "helper",
    sentinel: { use: "yes", why: "kept (slapd), or closed after minutes" },
    provenAgainst: "OpenLDAP 2.5",
  },
  {
    services: { mysql: { port: 3306, impliedByPort: true, portNames: ["mysql/tcp"] } },
    asked: "log-in, `request`",
    passes: "one row or more; the first matches `receive`",
    options: [...QUESTION, ...LOGIN_TLS, "database"],
    needs: NEEDS_OF_QUERIES,
    question: { kind: "query", any: "SELECT 1" },
    askedBy: "helper",
    sentinel: {
      use: "never",
      why:
        "closed after 10 s, and each counts as an error of the host, which is blocked in the end (`max_connect_errors`)",
    },
    provenAgainst: "MariaDB 10.11",
  },
  {
    services: {
      pgsql: {
        port: 5432,
        impliedByPort: true,
        portNames: ["postgresql/tcp", "postgres/tcp"],
        schemes: ["postgres", "postgresql"],
      },
    },
    asked: "log-in, `request`",
    passes: "one row or more; the first matches `receive`",
    options: [...QUESTION, ...LOGIN_TLS, "database"],
    needs: NEEDS_OF_QUERIES,
    question: { kind: "query", any: "SELECT 1" },
    askedBy: "helper",
    sentinel: { use: "yes", why: "closed after 60 s (`authentication_timeout`); no host is blocked for it" },
    provenAgainst: "PostgreSQL 15",
  },
  {
    services: { oracle: { port: 1521, impliedByPort: true } },
    asked: "log-in, `request`",
    passes: "one row or more",
    options: ["request", ...LOGIN, "database"],
    needs: NEEDS_OF_QUERIES,
    question: { kind: "query", any: "SELECT 1 FROM dual" },
    askedBy: "helper",
    sentinel: {
      use: "yes",
      why:
        "closed after 60 s (`INBOUND_CONNECT_TIMEOUT`), with a line in the listener's log; no host is blocked for it",
    },
    provenAgainst: "a scripted listener only",
  },
  {
    services: {
      radius: { port: 1812, impliedByPort: true, portNames: ["radius/tcp", "radius/udp"], transport: "udp" },
    },
    asked: "PAP Access-Request with Message-Authenticator; without `login` Status-Server",
    passes: "Access-Accept; for Status-Server also Accounting-Response",
    options: [...LOGIN, "secret"],
    sentinel: { use: "none", why: "over udp only" },
    provenAgainst: "FreeRADIUS 3.2",
  },
  {
    services: {
      sip: { port: 5060, impliedByPort: true, portNames: ["sip/tcp", "sip/udp"], behindMark: "udp" },
      sips: { port: 5061, overTls: true, transport: "tcp" },
    },
    asked: "OPTIONS over the virtual's protocol, for `sips` over TLS",
    passes: "200",
    options: ["login"],
    sentinel: {
      use: "yes",
      why: "closed after 30 s to 2 min (Asterisk `tcpauthtimeout`, Kamailio `tcp_connection_lifetime`); over tcp only",
    },
    provenAgainst: "Kamailio 5.6",
  },
  {
    services: { grpc: {}, grpcs: { overTls: true } },
    asked:
      "grpc.health.v1.Health/Check of the service `request` (unset = the whole server), over HTTP/2, with TLS for " +
      "`grpcs`",
    passes: "SERVING",
    options: ["request", "virtualhost", "requestheader"],
    sentinel: { use: "yes", why: "closed after 2 min (gRPC waits that long for the preface)" },
    provenAgainst: "gRPC 1.51, etcd 3.4",
  },
  {
    services: { redis: { port: 6379 } },
    asked: "AUTH with `login` or `passwd`, PING, or INFO as `request`",
    passes: "the answer matches `receive`",
    options: [...QUESTION, ...LOGIN],
    requests: { pattern: /^(PING|INFO)?(\s|$)/i, text: "PING or INFO", hint: "write INFO replication, say" },
    sentinel: { use: "yes", why: "kept (`timeout` 0); one of `maxclients`" },
    provenAgainst: "Redis 7.0",
  },
  {
    services: { memcached: { port: 11211 } },
    asked: "version",
    passes: "the answer matches `receive`",
    options: ["receive"],
    sentinel: { use: "yes", why: "kept (`idle_timeout` 0); one of the `-c` connections" },
    provenAgainst: "memcached 1.6",
  },
  {
    services: { simpletcp: {} },
    asked: "`request` as it is (`\\n \\r \\t \\xHH \\\\`), then our side is closed",
    passes: "a line of the reply, or all of it, matches `receive`",
    options: QUESTION,
    sentinel: { use: "yes", why: "kept for as long as its server likes" },
    provenAgainst: "nginx 1.22",
  },
  {
    services: { dialogue: {}, dialogues: { overTls: true, transport: "tcp" } },
    asked: "the lines `send` and `expect`, from first to last, over tcp or udp, for `dialogues` over TLS",
    passes: "all of them",
    options: ["send", "expect"],
    sentinel: { use: "yes", why: "kept for as long as its server likes; over tcp only" },
    provenAgainst: "Mosquitto 2.0, memcached 1.6, socat 1.7",
  },
] as const satisfies readonly Protocol[];

type Row = typeof ROWS[number];

type NamesOf<Rows> = Rows extends { readonly services: infer Services } ? keyof Services & string : never;

/** A service that is asked in some protocol. */
export type SpokenService = NamesOf<Row>;

/** A service that the helper process asks: code of others parses its replies, or it belongs to databases and directories. */
export type HelperService = NamesOf<Extract<Row, { readonly askedBy: "helper" }>>;

/** The services that a check may speak; `none` = nothing. */
export type Service = SpokenService | "none";

/** A directive that the check of some protocol looks at. */
export type ServiceOption = Row["options"][number];

/** The table. */
export const PROTOCOLS: readonly Protocol<ServiceOption>[] = ROWS;

/** The services that are asked in some protocol, in alphabetical order. */
export const SPOKEN_SERVICES = PROTOCOLS.flatMap(({ services }) => Object.keys(services))
  .sort() as readonly SpokenService[];

/** All services, in alphabetical order. */
export const SERVICES: readonly Service[] = [...SPOKEN_SERVICES, "none" as const].sort();
