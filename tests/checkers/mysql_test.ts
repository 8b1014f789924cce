import { match, ok, strictEqual } from "node:assert/strict";
import { parseIp } from "../../src/model/address.ts";
import { Secret } from "../../src/model/secret.ts";
import { saysFacts } from "../facts.ts";
import { ldirectord } from "../cli/program.ts";
import { testOverTls } from "./database_tls.ts";
import { testIllServers } from "./ill_servers.ts";
import { checkOf, contains, type Manners, verdict, withPeer } from "./peers.ts";
import { answersQuery, oneRow, switchesTo } from "./mysql_packets.ts";
import { MYSQL_PASSWORD, startMariadb } from "./mysql_server.ts";
import { temporaryDirectory } from "./real_server.ts";
import { type Row, testRows } from "./real_server_rows.ts";
import { needsSetup } from "../needs_setup.ts";
import { freePort } from "../ports.ts";

const joe = { login: "joe", passwd: new Secret(MYSQL_PASSWORD), database: "shop" };
const SECRETS = [MYSQL_PASSWORD, "wr0ng-password"];

const ROWS: readonly Row[] = [
  { name: "one row", target: { request: "SELECT 1" }, verdict: "up: first row: 1" },
  {
    name: "without a database",
    target: { database: undefined, request: "SELECT DATABASE()" },
    verdict: "up: first row: NULL",
  },
  { name: "in a database", target: { request: "SELECT DATABASE()" }, verdict: "up: first row: shop" },
  {
    name: "an ed25519 login, which the library does not know",
    target: { login: "modern", database: undefined, request: "SELECT 1" },
    verdict: "down (auth): … client_ed25519 …",
  },
  {
    name: "a login without a password",
    target: { login: "trusted", passwd: undefined, database: undefined, request: "SELECT CURRENT_USER()" },
    verdict: "up: first row: trusted@%",
  },
  {
    name: "values as the server writes them",
    target: {
      request: "SELECT name, NULL, 1.50, DATE'2024-02-29' FROM items",
      receive: contains("Büro NULL 1.50"),
    },
    verdict: "up: first row: Büro NULL 1.50 2024-02-29",
  },
  {
    name: "receive is about the first row",
    target: { request: "SELECT name FROM items", receive: contains("two") },
    verdict: "down (mismatch): … /two/ (Büro)",
  },
  {
    name: "a million rows",
    target: {
      request: `SELECT 1 FROM ${"abc".split("").map((x) => `information_schema.collations ${x}`)} LIMIT 1000000`,
    },
    verdict: "up: first row: 1",
  },
  {
    name: "a first row of 8 MB",
    target: { request: "SELECT REPEAT('x', 8000000)" },
    verdict: "down (protocol): … 4194304 bytes …",
  },
  {
    name: "no row",
    target: { request: "SELECT * FROM items WHERE FALSE" },
    verdict: "down (mismatch): … no row",
  },
  {
    name: "a statement without rows",
    target: { request: "SET @x = 1" },
    verdict: "down (mismatch): … no row",
  },
  {
    name: "a query that is none",
    target: { request: "SELEKT" },
    verdict: "down (reported): error 1064: … 'SELEKT' at line 1",
  },
  {
    name: "two statements",
    target: { request: "SELECT 1; SELECT 2" },
    verdict: "down (reported): error 1064: … 'SELECT 2' at line 1",
  },
  {
    name: "a table that is closed to us",
    target: { request: "SELECT * FROM closed" },
    verdict: "down (auth): error 1142: SELECT command denied to user 'joe'@'HOST' for table `shop`.`closed`",
  },
  {
    name: "a wrong password",
    target: { passwd: new Secret("wr0ng-password"), request: "SELECT 1" },
    verdict: "down (auth): error 1045: Access denied for user 'joe'@'HOST' (using password: YES)",
  },
  {
    name: "no password where one is asked for",
    target: { passwd: undefined, request: "SELECT 1" },
    verdict: "down (auth): error 1045: Access denied for user 'joe'@'HOST' (using password: NO)",
  },
  {
    name: "a locked account",
    target: { login: "locked", database: undefined, request: "SELECT 1" },
    verdict: "down (auth): error 4151: Access denied, this account is locked",
  },
  {
    name: "a user of another host",
    target: { login: "elsewhere", request: "SELECT 1" },
    verdict: "down (auth): error 1045: Access denied for user 'elsewhere'@'HOST' (using password: YES)",
  },
  {
    name: "a database that is closed to us",
    target: { database: "mysql", request: "SELECT 1" },
    verdict: "down (auth): error 1044: Access denied for user 'joe'@'%' to database 'mysql'",
  },
];

Deno.test("mysql: a real MariaDB", needsSetup, async (t) => {
  await using directory = await temporaryDirectory();
  const port = freePort();
  await using server = await startMariadb(directory.path, port);
  await t.step("the server reports no problem", async () => {
    strictEqual(await verdict(checkOf({ service: "mysql", port, ...joe, request: "SELECT 1" })), "up: first row: 1");
    strictEqual(await verdict(checkOf({ service: "mysql", port, ...joe, request: "SELECT 1" })), "up: first row: 1");
    ok(!server.said().includes("Aborted"), server.said());
  });
  for (const host of ["127.0.0.1", "::1"]) {
    const database = { service: "mysql", address: parseIp(host), port, ...joe } as const;
    await testRows(t, database, ROWS, SECRETS);
    await testOverTls(t, database, "SHOW STATUS LIKE 'Ssl_version'", SECRETS);
  }
});

const ASKED = { service: "mysql", ...joe, request: "SELECT 1" } as const;

testIllServers(ASKED, {
  closed: /^down \((refused|protocol)\): (connection reset|the server closed the connection)$/,
  garbage: /^down \(timeout\): /,
  flood: /^down \(protocol\): the server sent more than 4194304 bytes$/,
  flooded: "\xff\xff\xff\x00",
  stage: /^down \(timeout\): no answer within 0\.3 s \(waiting for the reply to login joe, database shop\)$/,
});

/** A server that speaks first, which ill ones do too. */
function opens(greeting: string): Manners {
  return async (client) => {
    await client.say(greeting);
    await client.gone();
  };
}

/** A column type's number. */
const JSON_TYPE = 0xf5;

const ANSWERS: readonly { name: string; manners: Manners; verdict: string }[] = [
  {
    name: "packets out of order",
    manners: opens("\x01\x00\x00\x07x".repeat(16_384)),
    verdict: "down (protocol): … packets out of order. Expected 0 but received 7",
  },
  {
    name: "a refusal before the greeting",
    manners: opens("\x17\x00\x00\x00\xff\x10\x04Too many connections"),
    verdict: "down (reported): error 1040: Too many connections",
  },
  {
    name: "a host that is blocked",
    manners: opens("\x18\x00\x00\x00\xff\x6a\x04Host '10.0.0.1' is bl"),
    verdict: "down (auth): error 1130: Host '10.0.0.1' is bl",
  },
  {
    name: "a value of MySQL's own type JSON, which is UTF-8 though it says that it is binary",
    manners: answersQuery(...oneRow(JSON_TYPE, '{"city":"K\xc3\xb6ln"}')),
    verdict: 'up: first row: {"city":"Köln"}',
  },
  {
    name: "a password that is wanted in the clear",
    manners: switchesTo("mysql_clear_password"),
    verdict: "down (auth): … mysql_clear_password …",
  },
];

for (const row of ANSWERS) {
  Deno.test(`mysql: ${row.name}`, async () => {
    await withPeer(row.manners, async (peer) => {
      saysFacts([await verdict(checkOf({ ...ASKED, ...peer }, { negotiateTimeout: 5 }))], [row.verdict]);
    });
  });
}

Deno.test("mysql: neither an answer that is broken nor one of type JSON writes to standard error", async () => {
  const rows: readonly (readonly [answer: readonly string[], said: RegExp])[] = [
    [["\x01", "\xff\xff"], /down \(protocol\): the server's answer cannot be read: \S/],
    [oneRow(JSON_TYPE, "{}"), /up: first row: \{\}/],
  ];
  for (const [answer, said] of rows) {
    await withPeer(answersQuery(...answer), async ({ port }) => {
      const { stdout, stderr } = await ldirectord("probe", `mysql://joe@127.0.0.1:${port}`);
      match(stdout, said);
      strictEqual(stderr, "");
    });
  }
});
