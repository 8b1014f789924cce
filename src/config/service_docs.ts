/**
 * What each check asks and when it passes: what the manual, the help and the README say of it. Words in backticks are to
 * be typed.
 */

import type { DirectiveName } from "./directives.ts";

/** A check, or several that differ only in encryption. */
export interface ServiceDoc {
  /** Services, or types of check. */
  readonly names: readonly string[];
  readonly asked: string;
  readonly passes: string;
  /** Directives that it looks at, beside `request` and `receive`. */
  readonly options: readonly DirectiveName[];
}

const LOGIN = ["starttls", "login", "passwd"] as const;

/** The checks of each service. */
export const SERVICE_DOCS: readonly ServiceDoc[] = [
  {
    names: ["http", "https"],
    asked: "`GET /request`; redirects on the same server",
    passes: "2xx (or `expectstatus`), body matches `receive`",
    options: ["httpmethod", "virtualhost", "requestheader", "requestbody", "expectstatus"],
  },
  {
    names: ["http_proxy"],
    asked: "the absolute `request`, through the real server",
    passes: "as http",
    options: ["httpmethod", "requestheader", "expectstatus"],
  },
  {
    names: ["smtp", "submission"],
    asked: "220, EHLO or HELO, with `login` AUTH, QUIT",
    passes: "all of it",
    options: LOGIN,
  },
  {
    names: ["imap", "imaps", "pop", "pops"],
    asked: "greeting, with `login` the log-in, log-out",
    passes: "all of it",
    options: LOGIN,
  },
  {
    names: ["ftp"],
    asked: "log-in, binary, passive, RETR `request`",
    passes: "the file matches `receive`; without `request` the log-in",
    options: LOGIN,
  },
  { names: ["nntp"], asked: "greeting", passes: "2xx", options: [] },
  {
    names: ["dns"],
    asked: "A, AAAA or PTR of `request`, or `dnstype`, over udp or tcp",
    passes: "one record's value matches `receive`",
    options: ["dnstype"],
  },
  {
    names: ["ldap", "ldaps"],
    asked: "simple bind, base search of `request`",
    passes: "one entry, its DN matches `receive`",
    options: LOGIN,
  },
  {
    names: ["mysql", "pgsql"],
    asked: "log-in, `request`",
    passes: "one row or more; the first matches `receive`",
    options: [...LOGIN, "database"],
  },
  {
    names: ["oracle"],
    asked: "log-in, `request`",
    passes: "one row or more",
    options: ["login", "passwd", "database"],
  },
  {
    names: ["radius"],
    asked: "PAP Access-Request with Message-Authenticator; without `login` Status-Server",
    passes: "Access-Accept; for Status-Server also Accounting-Response",
    options: ["login", "passwd", "secret"],
  },
  {
    names: ["sip", "sips"],
    asked: "OPTIONS over the virtual's protocol, for `sips` over TLS",
    passes: "200",
    options: ["login"],
  },
  {
    names: ["grpc", "grpcs"],
    asked:
      "grpc.health.v1.Health/Check of the service `request` (unset = the whole server), over HTTP/2, with TLS for " +
      "`grpcs`",
    passes: "SERVING",
    options: ["virtualhost", "requestheader"],
  },
  {
    names: ["redis"],
    asked: "AUTH with `login` or `passwd`, PING, or INFO as `request`",
    passes: "the answer matches `receive`",
    options: ["login", "passwd"],
  },
  { names: ["memcached"], asked: "version", passes: "the answer matches `receive`", options: [] },
  {
    names: ["simpletcp"],
    asked: "`request` as it is (`\\n \\r \\t \\xHH \\\\`), then our side is closed",
    passes: "a line of the reply, or all of it, matches `receive`",
    options: [],
  },
];

/** The checks that speak no service's protocol, by `checktype`. */
export const CHECK_TYPE_DOCS: readonly ServiceDoc[] = [
  {
    names: ["connect"],
    asked: "a TCP connection; for udp a ping, and no port-unreachable",
    passes: "it is made",
    options: ["checkport"],
  },
  { names: ["ping"], asked: "ICMP echo over IPv4 and IPv6", passes: "a reply", options: ["checkcount"] },
  {
    names: ["external", "external-perl"],
    asked: "a program, without a shell",
    passes: "exit status 0",
    options: ["checkcommand", "dynamicweight"],
  },
];
