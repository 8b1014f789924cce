/**
 * What is fuzzed: a row for each protocol. A further one needs a row here and a recording in replies/ (see record.ts).
 */

import { compilePattern } from "../../src/perl_regex/perl_regex.ts";
import type { CheckMethod, CheckTarget } from "../../src/model/check.ts";
import type { Pattern } from "../../src/model/pattern.ts";
import { Secret } from "../../src/model/secret.ts";
import { REDIS_PASSWORD } from "../checkers/cache_servers.ts";
import { FTP_PASSWORD } from "../checkers/ftp_server.ts";
import { MANAGER } from "../checkers/ldap_server.ts";
import { JOE } from "../checkers/mail_servers.ts";
import { MYSQL_PASSWORD } from "../checkers/mysql_server.ts";
import { ASKED as oracle } from "../checkers/oracle_listener.ts";
import { PGSQL_PASSWORD } from "../checkers/pgsql_server.ts";
import { RADIUS } from "../checkers/radius_server.ts";
import { PORTS } from "../lab/services/rows.ts";

/** A protocol. */
export interface FuzzRow {
  readonly name: string;
  readonly target: Partial<CheckTarget>;
  /** Absent = negotiate. */
  readonly method?: CheckMethod;
  /** Where its real server is while its replies are recorded; absent = its recording is written by hand. */
  readonly recordedAt?: number;
  /** How a recorded reply is made to answer the question that is asked now. */
  readonly adapt?: "dns" | "dns over tcp" | "ftp" | "radius" | "scram" | "sip";
}

const joe = { login: JOE.login, passwd: new Secret(JOE.password) };
const anyRow = { request: "SELECT 1", receive: pattern("[ab]*a[ab]{12}z|1") };
const manager = { login: MANAGER.dn, passwd: new Secret(MANAGER.password), request: "dc=example,dc=org" };

export const ROWS: readonly FuzzRow[] = [
  {
    name: "http",
    target: { service: "http", request: "/page", receive: pattern("Test Page") },
    recordedAt: PORTS.http,
  },
  {
    name: "http with json",
    target: { service: "http", receiveJson: { source: "json:.a[0].b", place: ".a[0].b", steps: ["a", 0, "b"] } },
  },
  { name: "https", target: { service: "https", request: "/page" }, recordedAt: PORTS.https },
  { name: "http_proxy", target: { service: "http_proxy", request: "http://192.0.2.1/page" }, recordedAt: PORTS.http },
  {
    name: "simpletcp",
    target: { service: "simpletcp", request: "GET / HTTP/1.0\\n\\n", receive: pattern("(?m)^Server: [ab]*a[ab]{12}z") },
    recordedAt: PORTS.http,
  },
  {
    name: "dns",
    target: { service: "dns", transport: "udp", request: "alias.example.test" },
    recordedAt: PORTS.dns,
    adapt: "dns",
  },
  {
    name: "dns over tcp",
    target: { service: "dns", request: "many.example.test" },
    recordedAt: PORTS.dns,
    adapt: "dns over tcp",
  },
  {
    name: "ftp",
    target: { service: "ftp", request: "page", passwd: new Secret(FTP_PASSWORD) },
    recordedAt: PORTS.ftp,
    adapt: "ftp",
  },
  { name: "smtp", target: { service: "smtp" }, recordedAt: PORTS.smtp },
  { name: "submission", target: { service: "submission", ...joe } },
  { name: "imap", target: { service: "imap", ...joe }, recordedAt: PORTS.imap },
  { name: "pop", target: { service: "pop", ...joe }, recordedAt: PORTS.pop },
  { name: "nntp", target: { service: "nntp" }, recordedAt: PORTS.nntp },
  {
    name: "radius",
    target: {
      service: "radius",
      transport: "udp",
      login: "joe",
      passwd: new Secret(RADIUS.password),
      secret: new Secret(RADIUS.shared),
    },
    recordedAt: PORTS.radius,
    adapt: "radius",
  },
  { name: "sip", target: { service: "sip", transport: "udp", login: "a@b" }, recordedAt: PORTS.sip, adapt: "sip" },
  { name: "sip over tcp", target: { service: "sip", login: "a@b" }, recordedAt: PORTS.sip, adapt: "sip" },
  {
    name: "redis",
    target: { service: "redis", request: "INFO", passwd: new Secret(REDIS_PASSWORD) },
    recordedAt: PORTS.redis,
  },
  { name: "memcached", target: { service: "memcached" }, recordedAt: PORTS.memcached },
  {
    name: "dialogue",
    target: {
      service: "dialogue",
      dialogue: [
        { send: new Secret("version\r\n") },
        { expect: pattern("^VERSION [0-9.]+\\r\\n$"), isUnwanted: false, label: "/^VERSION/" },
        { expect: pattern("[ab]*a[ab]{12}z"), isUnwanted: true, label: "/z/" },
        { send: new Secret("mn\r\n") },
        { expect: pattern("MN"), isUnwanted: false, label: "/MN/" },
      ],
    },
    recordedAt: PORTS.memcached,
  },
  {
    name: "dialogue over udp",
    target: {
      service: "dialogue",
      transport: "udp",
      dialogue: [
        { send: new Secret("a\0ping") },
        { expect: pattern("^a\\x00ping$"), isUnwanted: false, label: "/ping/" },
      ],
    },
    recordedAt: PORTS.echo,
  },
  { name: "grpc", target: { service: "grpc" }, recordedAt: PORTS.grpc },
  { name: "agent", target: {}, method: "agent" },
  { name: "http redirected", target: { service: "http" } },
  {
    name: "mysql",
    target: { service: "mysql", login: "joe", passwd: new Secret(MYSQL_PASSWORD), ...anyRow },
    recordedAt: PORTS.mysql,
  },
  {
    name: "pgsql",
    target: { service: "pgsql", login: "md5", database: "shop", passwd: new Secret(PGSQL_PASSWORD), ...anyRow },
    recordedAt: PORTS.pgsql,
  },
  {
    name: "pgsql with scram",
    target: { service: "pgsql", login: "scram", database: "shop", passwd: new Secret(PGSQL_PASSWORD), ...anyRow },
    recordedAt: PORTS.pgsql,
    adapt: "scram",
  },
  {
    name: "ldap",
    target: { service: "ldap", ...manager, receive: pattern("dc=") },
    recordedAt: PORTS.ldap,
  },
  { name: "ldaps", target: { service: "ldaps", ...manager }, recordedAt: PORTS.ldaps },
  { name: "oracle", target: oracle },
  { name: "oracle refused", target: oracle },
  { name: "http in chunks", target: { service: "http", receive: pattern("Test Page") } },
];

/** A `receive` expression, as the director has it. */
function pattern(source: string): Pattern {
  const compiled = compilePattern(source);
  if ("matches" in compiled) return compiled;
  throw new Error(compiled.text);
}

/** The row of that name. */
export function rowNamed(name: string): FuzzRow {
  const row = ROWS.find((each) => each.name === name);
  if (!row) throw new Error(`there is no protocol ${name}: choose of ${ROWS.map((each) => each.name).join(", ")}`);
  return row;
}
