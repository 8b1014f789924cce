/**
 * What each service is checked with in the lab: against its real server, and against the same server in vain.
 */

import { checkPortOf } from "../../../src/model/service_facts.ts";
import { SPOKEN_SERVICES, type SpokenService } from "../../../src/model/services.ts";
import { connectPacket, MQTT } from "../../checkers/dialogue_servers.ts";
import { MANAGER } from "../../checkers/ldap_server.ts";
import { FTP_PASSWORD } from "../../checkers/ftp_server.ts";
import { JOE } from "../../checkers/mail_servers.ts";
import { MYSQL_PASSWORD } from "../../checkers/mysql_server.ts";
import { PGSQL_PASSWORD } from "../../checkers/pgsql_server.ts";
import { RADIUS } from "../../checkers/radius_server.ts";
import { REDIS_PASSWORD } from "../../checkers/cache_servers.ts";

/** Where the real servers listen: each service at its own port, and at these what has none, or shares a server. */
export const PORTS = {
  ...portsOfServices(),
  http_proxy: 80,
  simpletcp: 80,
  login: 588,
  closed: 589,
  grpc: 2379,
  grpcPeers: 2380,
  grpcs: 2479,
  grpcsPeers: 2480,
  dialogue: 1883,
  dialogues: 8883,
  echo: 7,
} as const;

function portsOfServices(): Readonly<Record<SpokenService, number>> {
  return Object.fromEntries(SPOKEN_SERVICES.map((service) => [service, checkPortOf(service)])) as Record<
    SpokenService,
    number
  >;
}

/** Everything that must not be seen anywhere. */
export const SECRETS: readonly string[] = [
  MANAGER.password,
  MQTT.password,
  FTP_PASSWORD,
  JOE.password,
  MYSQL_PASSWORD,
  PGSQL_PASSWORD,
  RADIUS.password,
  RADIUS.shared,
  REDIS_PASSWORD,
  "wr0ng-password",
];

/** One service, and a way to ask it. */
export interface ServiceRow {
  readonly name: string;
  readonly service: SpokenService;
  readonly port: number;
  /** The lines of its section beside the real servers. */
  readonly settings: readonly string[];
  /** What is said of the real server; absent = there is none, and its port is closed. */
  readonly up?: RegExp;
  /** Other lines, or another port, and what is said of the real server then. */
  readonly inVain?: {
    readonly settings?: readonly string[];
    readonly port?: number;
    readonly down: RegExp;
  };
  /** It is asked over udp. */
  readonly udp?: true;
  /** The Perl program does not know it, or not so. */
  readonly ours?: true;
}

const WRONG = 'passwd = "wr0ng-password"';
const MISMATCH = /^(reply|no answer|first row) .*match/;
const joe = [`login = "${JOE.login}"`, `passwd = "${JOE.password}"`];
const notJoe = [`login = "${JOE.login}"`, WRONG];
const manager = [`login = "${MANAGER.dn}"`, `passwd = "${MANAGER.password}"`];
const radius = ["service = radius", 'login = "joe"', `secret = "${RADIUS.shared}"`];
const sql = ['request = "SELECT 1"', 'database = "shop"'];

const account = {
  mysql: ['login = "joe"', `passwd = "${MYSQL_PASSWORD}"`],
  pgsql: ['login = "scram"', `passwd = "${PGSQL_PASSWORD}"`],
} as const;

/** A mailbox's services, with and without TLS. */
function mailbox(service: "imap" | "imaps" | "pop" | "pops", refusal: RegExp): ServiceRow {
  const down = { settings: [`service = ${service}`, ...notJoe], down: refusal };
  const settings = [`service = ${service}`, ...joe];
  return { name: service, service, port: PORTS[service], settings, up: /^logged in as joe$/, inVain: down };
}

function directory(service: "ldap" | "ldaps"): ServiceRow {
  const asked = [`service = ${service}`, 'request = "dc=example,dc=org"'];
  return {
    name: service,
    service,
    port: PORTS[service],
    settings: [...asked, ...manager],
    up: /^entry "dc=example,dc=org"$/,
    inVain: { settings: [...asked, manager[0], WRONG], down: /^bind: invalidCredentials/ },
  };
}

/** What an MQTT server is sent: our name, and goodbye. */
function mqtt(password: string): readonly string[] {
  return [`send = "${connectPacket(password)}"`, "expect = hex:20 02 00 00", "send = hex:e0 00"];
}

const AS_EXPECTED = /^as expected \(\d lines\)$/;

/** All services. */
export const ROWS: readonly ServiceRow[] = [
  {
    name: "http",
    service: "http",
    port: PORTS.http,
    settings: ["service = http", 'request = "/areyouthere.php"', 'receive = "^OK"'],
    up: /^200 OK$/,
    inVain: { settings: ["service = http", 'receive = "another page"'], down: MISMATCH },
  },
  {
    name: "http with json",
    service: "http",
    ours: true,
    port: PORTS.http,
    settings: ["service = http", 'request = "/health"', 'receive = json:.status == "ok"'],
    up: /^200 OK$/,
    inVain: {
      settings: ["service = http", 'request = "/health"', "receive = json:.checks[0].queue < 10"],
      down: /^\.checks\[0\]\.queue is 12, not < 10$/,
    },
  },
  {
    name: "https",
    service: "https",
    port: PORTS.https,
    settings: ["service = https", 'receive = "10\\.0\\.0\\.11"'],
    up: /^200 OK$/,
    inVain: { settings: ["service = https", 'request = "/missing"'], down: /^404 Not Found$/ },
  },
  {
    name: "http_proxy",
    service: "http_proxy",
    port: PORTS.http_proxy,
    settings: ["service = http_proxy", 'request = "http://www.example.org/host"', 'receive = "www.example.org"'],
    up: /^200 OK$/,
    inVain: { settings: ["service = http_proxy", 'request = "http://x/missing"'], down: /^404 Not Found$/ },
  },
  {
    name: "simpletcp",
    service: "simpletcp",
    port: PORTS.simpletcp,
    settings: ["service = simpletcp", 'request = "GET / HTTP/1.0\\n\\n"', 'receive = "10\\.0\\.0\\.11"'],
    up: /^reply matches receive/,
    inVain: {
      settings: ["service = simpletcp", 'request = "GET / HTTP/1.0\\n\\n"', 'receive = "^SSH"'],
      down: MISMATCH,
    },
  },
  ...(["udp", "tcp"] as const).map((transport): ServiceRow => ({
    name: `dns over ${transport}`,
    service: "dns",
    port: PORTS.dns,
    settings: ["service = dns", `protocol = ${transport}`, 'request = "www.example.test"', 'receive = "192.0.2.10"'],
    up: /^A 192\.0\.2\.1[01], /,
    inVain: {
      settings: ["service = dns", `protocol = ${transport}`, 'request = "www.example.test"', 'receive = "192.0.2.1"'],
      down: MISMATCH,
    },
    ...transport === "udp" ? { udp: true } : {},
  })),
  {
    name: "ftp",
    service: "ftp",
    port: PORTS.ftp,
    settings: ["service = ftp", 'request = "page"', 'receive = "Test Page"', `passwd = "${FTP_PASSWORD}"`],
    up: /^14 bytes of page$/,
    inVain: { settings: ["service = ftp", 'request = "page"', WRONG], down: /^530 / },
  },
  {
    name: "ftp with starttls",
    service: "ftp",
    ours: true,
    port: PORTS.ftp,
    settings: ["service = ftp", "starttls = yes", 'request = "page"', `passwd = "${FTP_PASSWORD}"`],
    up: /^14 bytes of page$/,
    inVain: {
      settings: ["service = ftp", "starttls = yes", 'request = "gone"', `passwd = "${FTP_PASSWORD}"`],
      down: /^550 /,
    },
  },
  {
    name: "smtp",
    service: "smtp",
    port: PORTS.smtp,
    settings: ["service = smtp"],
    up: /^220 mail\.example\.org ESMTP/,
    inVain: { port: PORTS.closed, down: /^554 / },
  },
  {
    name: "submission with starttls",
    service: "submission",
    ours: true,
    port: PORTS.submission,
    settings: ["service = submission", "starttls = yes", ...joe],
    up: /^logged in as joe$/,
    inVain: { settings: ["service = submission", "starttls = yes", ...notJoe], down: /^535 / },
  },
  {
    name: "smtps",
    service: "smtps",
    ours: true,
    port: PORTS.smtps,
    settings: ["service = smtps", ...joe],
    up: /^logged in as joe$/,
    inVain: { settings: ["service = smtps", ...notJoe], down: /^535 / },
  },
  mailbox("imap", /^1 NO \[AUTHENTICATIONFAILED\]/),
  mailbox("imaps", /^1 NO \[AUTHENTICATIONFAILED\]/),
  mailbox("pop", /^-ERR \[AUTH\]/),
  mailbox("pops", /^-ERR \[AUTH\]/),
  {
    name: "nntp",
    service: "nntp",
    port: PORTS.nntp,
    settings: ["service = nntp"],
    up: /^200 news\.example\.org InterNetNews/,
  },
  directory("ldap"),
  directory("ldaps"),
  {
    name: "mysql",
    service: "mysql",
    port: PORTS.mysql,
    settings: ["service = mysql", ...account.mysql, ...sql],
    up: /^first row: 1$/,
    inVain: { settings: ["service = mysql", 'login = "joe"', WRONG, ...sql], down: /^error 1045: Access denied/ },
  },
  {
    name: "pgsql",
    service: "pgsql",
    port: PORTS.pgsql,
    settings: ["service = pgsql", ...account.pgsql, ...sql],
    up: /^first row: 1$/,
    inVain: { settings: ["service = pgsql", 'login = "scram"', WRONG, ...sql], down: /^FATAL 28P01: / },
  },
  {
    name: "radius",
    service: "radius",
    port: PORTS.radius,
    settings: ["protocol = udp", ...radius, `passwd = "${RADIUS.password}"`],
    up: /^Access-Accept$/,
    inVain: { settings: ["protocol = udp", ...radius, WRONG], down: /^Access-Reject$/ },
    udp: true,
  },
  ...(["udp", "tcp"] as const).map((transport): ServiceRow => ({
    name: `sip over ${transport}`,
    service: "sip",
    port: PORTS.sip,
    settings: ["service = sip", `protocol = ${transport}`, 'login = "joe@example.org"'],
    up: /^200 Keepalive$/,
    inVain: {
      settings: ["service = sip", `protocol = ${transport}`, 'login = "guarded@lab"'],
      down: /^401 Unauthorized$/,
    },
    ...transport === "udp" ? { udp: true } : {},
  })),
  {
    name: "sips",
    service: "sips",
    ours: true,
    port: PORTS.sips,
    settings: ["service = sips", 'login = "joe@example.org"'],
    up: /^200 Keepalive$/,
    inVain: { settings: ["service = sips", 'login = "guarded@lab"'], down: /^401 Unauthorized$/ },
  },
  ...(["mysql", "pgsql"] as const).map((service): ServiceRow => ({
    name: `${service} over TLS`,
    service,
    ours: true,
    port: PORTS[service],
    settings: [`service = ${service}`, "starttls = yes", ...account[service], ...sql],
    up: /^first row: 1$/,
    inVain: {
      settings: [`service = ${service}`, "starttls = yes", "tlsverify = yes", ...account[service], ...sql],
      down: /certificate/,
    },
  })),
  {
    name: "redis",
    service: "redis",
    ours: true,
    port: PORTS.redis,
    settings: ["service = redis", `passwd = "${REDIS_PASSWORD}"`, 'request = "INFO"', 'receive = "role:master"'],
    up: /^INFO$/,
    inVain: { settings: ["service = redis", WRONG], down: /^WRONGPASS / },
  },
  {
    name: "memcached",
    service: "memcached",
    ours: true,
    port: PORTS.memcached,
    settings: ["service = memcached"],
    up: /^VERSION 1\./,
    inVain: { settings: ["service = memcached", 'receive = "VERSION 0"'], down: MISMATCH },
  },
  ...(["grpc", "grpcs"] as const).map((service): ServiceRow => ({
    name: service,
    service,
    ours: true,
    port: PORTS[service],
    settings: [`service = ${service}`],
    up: /^SERVING$/,
    inVain: { settings: [`service = ${service}`, 'request = "nosuch"'], down: /^the server knows no service nosuch/ },
  })),
  ...(["dialogue", "dialogues"] as const).map((service): ServiceRow => ({
    name: `${service} with MQTT`,
    service,
    ours: true,
    port: PORTS[service],
    settings: [`service = ${service}`, ...mqtt(MQTT.password)],
    up: AS_EXPECTED,
    inVain: {
      settings: [`service = ${service}`, ...mqtt("wr0ng-password")],
      down: /^expect 1 of 1: hex:20020005 does not match/,
    },
  })),
  {
    name: "dialogue with memcached",
    service: "dialogue",
    ours: true,
    port: PORTS.memcached,
    settings: ["service = dialogue", 'send = "version\\r\\n"', "expect = ^VERSION .*\\n", "expect = !ERROR"],
    up: AS_EXPECTED,
    inVain: {
      settings: ["service = dialogue", 'send = "version\\r\\n"', "expect = \\n", "expect = !VERSION"],
      down: /^expect 2 of 2: ".*" matches \/VERSION\/$/,
    },
  },
  {
    name: "dialogue over udp",
    service: "dialogue",
    ours: true,
    udp: true,
    port: PORTS.echo,
    settings: ["service = dialogue", "protocol = udp", 'send = "\\x00ping"', "expect = ^\\x00ping$"],
    up: AS_EXPECTED,
    inVain: {
      settings: ["service = dialogue", "protocol = udp", 'send = "\\x00ping"', "expect = .", "expect = !^\\x00"],
      down: /^expect 2 of 2: .* matches /,
    },
  },
  {
    name: "oracle",
    service: "oracle",
    ours: true,
    port: PORTS.oracle,
    settings: ["service = oracle", 'login = "joe"', WRONG, 'request = "SELECT 1 FROM dual"', 'database = "shop"'],
  },
];
