import { strictEqual } from "node:assert/strict";
import { parseIp } from "../../src/model/address.ts";
import { Secret } from "../../src/model/secret.ts";
import { saysFacts } from "../facts.ts";
import { testOverTls } from "./database_tls.ts";
import { testIllServers } from "./ill_servers.ts";
import { checkOf, contains, verdict, withPeer } from "./peers.ts";
import { PGSQL_PASSWORD, startPostgres } from "./pgsql_server.ts";
import { temporaryDirectory } from "./real_server.ts";
import { type Row, testRows } from "./real_server_rows.ts";
import { needsSetup } from "../needs_setup.ts";
import { freePort } from "../ports.ts";

const joe = { login: "scram", passwd: new Secret(PGSQL_PASSWORD), database: "postgres" };
const SECRETS = [PGSQL_PASSWORD, "wr0ng-password"];

const ROWS: readonly Row[] = [
  { name: "one row", target: { request: "SELECT 1" }, verdict: "up: first row: 1" },
  {
    name: "another database",
    target: { database: "shop", request: "SELECT current_database()" },
    verdict: "up: first row: shop",
  },
  { name: "an md5 login", target: { login: "md5", request: "SELECT 1" }, verdict: "up: first row: 1" },
  { name: "a plain login", target: { login: "plain", request: "SELECT 1" }, verdict: "up: first row: 1" },
  {
    name: "a login without a password",
    target: { login: "trusted", passwd: undefined, request: "SELECT current_user" },
    verdict: "up: first row: trusted",
  },
  {
    name: "values as the server writes them",
    target: {
      request: "SELECT true, NULL, 1.50, 'Büro', '\\x00ff'::bytea",
      receive: contains("t NULL 1.50 Büro .x00ff"),
    },
    verdict: "up: first row: t NULL 1.50 Büro \\x00ff",
  },
  {
    name: "receive is about the first row",
    target: { request: "SELECT * FROM generate_series(7, 9)", receive: contains("8") },
    verdict: "down (mismatch): … /8/ (7)",
  },
  {
    name: "a million rows",
    target: { request: "SELECT * FROM generate_series(1, 1000000)" },
    verdict: "up: first row: 1",
  },
  {
    name: "a first row of 8 MB",
    target: { request: "SELECT repeat('x', 8000000)" },
    verdict: "down (protocol): … 4194304 bytes …",
  },
  { name: "no row", target: { request: "SELECT 1 WHERE false" }, verdict: "down (mismatch): … no row" },
  { name: "no query", target: { request: ";" }, verdict: "down (mismatch): … no row" },
  {
    name: "a query that is none",
    target: { request: "SELEKT" },
    verdict: 'down (reported): ERROR 42601: syntax error at or near "SELEKT"',
  },
  {
    name: "a query that fails after the first row",
    target: { request: "SELECT 1 / (2 - x) FROM generate_series(1, 2) x" },
    verdict: "down (reported): ERROR 22012: division by zero",
  },
  {
    name: "data that wants to be sent",
    target: { request: "COPY pg_description FROM STDIN" },
    verdict: "down (auth): ERROR 42501: permission denied for table pg_description",
  },
  {
    name: "a table that is closed to us",
    target: { request: "SELECT * FROM closed" },
    verdict: "down (auth): ERROR 42501: permission denied for table closed",
  },
  {
    name: "a wrong password",
    target: { passwd: new Secret("wr0ng-password"), request: "SELECT 1" },
    verdict: 'down (auth): FATAL 28P01: password authentication failed for user "scram"',
  },
  {
    name: "no password where one is asked for",
    target: { passwd: undefined, request: "SELECT 1" },
    verdict: "down (auth): … password",
  },
  {
    name: "an unknown user",
    target: { login: "nobody", request: "SELECT 1" },
    verdict: /^down \(auth\): FATAL 28000: no pg_hba\.conf entry for host "(127\.0\.0\.1|::1)", user "nobody", /,
  },
  {
    name: "an unknown database",
    target: { database: "nothing", request: "SELECT 1" },
    verdict: 'down (reported): FATAL 3D000: database "nothing" does not exist',
  },
];

/** As psql's users have them: none of them may change what is asked, of whom, and as whom. */
const ENVIRONMENT = {
  PGHOST: "192.0.2.1",
  PGPORT: "1",
  PGUSER: "eve",
  PGPASSWORD: "wr0ng-password",
  PGDATABASE: "nothing",
  PGOPTIONS: "-c nonsense=1",
  PGREPLICATION: "database",
  PGSSLMODE: "require",
  PGCLIENT_ENCODING: "LATIN1",
};

Deno.test("pgsql: a real PostgreSQL", needsSetup, async (t) => {
  await using directory = await temporaryDirectory();
  const port = freePort();
  await using _server = await startPostgres(directory.path, port);
  for (const host of ["127.0.0.1", "::1"]) {
    const database = { service: "pgsql", address: parseIp(host), port, ...joe } as const;
    await testRows(t, database, ROWS, SECRETS);
    await testOverTls(t, database, "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()", SECRETS);
  }
  await t.step("the environment changes nothing", async () => {
    for (const [name, value] of Object.entries(ENVIRONMENT)) Deno.env.set(name, value);
    try {
      const target = { service: "pgsql", port, ...joe, database: undefined, request: "SELECT current_user" } as const;
      strictEqual(await verdict(checkOf({ ...target, database: "postgres" })), "up: first row: scram");
      strictEqual(await verdict(checkOf(target)), 'down (reported): FATAL 3D000: database "scram" does not exist');
    } finally {
      for (const name of Object.keys(ENVIRONMENT)) Deno.env.delete(name);
    }
  });
});

testIllServers({ service: "pgsql", ...joe, request: "SELECT 1" }, {
  closed: /^down \((refused|protocol)\): (connection (reset|closed by the server)|the server closed the connection)$/,
  garbage: /^down \(protocol\): the server closed the connection$/,
  flood: /^down \(protocol\): the server sent more than 4194304 bytes$/,
  flooded: "D\x7f\xff\xff\xff",
  stage:
    /^down \(timeout\): no answer within 0\.3 s \(waiting for the reply to startup, user scram, database postgres\)$/,
});

const ANSWERS: readonly { answer: string; verdict: string }[] = [
  { answer: "N", verdict: "down (protocol): … TLS" },
  { answer: "S and more, which an attacker has put there", verdict: "down (protocol): … SSLRequest" },
  { answer: "E\x00\x00\x00\x10SFATAL\x00", verdict: "down (protocol): … SSLRequest" },
];

for (const { answer, verdict: expected } of ANSWERS) {
  Deno.test(`pgsql: starttls, and the server answers ${JSON.stringify(answer)}`, () =>
    withPeer(async (client) => {
      await client.hear();
      await client.say(answer);
      await client.gone();
    }, async (peer) => {
      const asked = { service: "pgsql", ...joe, ...peer, request: "SELECT 1", startTls: true } as const;
      saysFacts([await verdict(checkOf(asked))], [expected]);
    }));
}
