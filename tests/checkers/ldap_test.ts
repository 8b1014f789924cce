import { ok, strictEqual } from "node:assert/strict";
import type { CheckTarget } from "../../src/model/check.ts";
import { parseIp } from "../../src/model/address.ts";
import { Secret } from "../../src/model/secret.ts";
import { testIllServers } from "./ill_servers.ts";
import { checkOf, contains, inWords, round, verdict } from "./peers.ts";
import { MANAGER, startSlapd } from "./ldap_server.ts";
import { temporaryDirectory } from "./real_server.ts";
import { assertVerdict, type Row, testRows } from "./real_server_rows.ts";
import { needsSetup } from "../needs_setup.ts";
import { freePort } from "../ports.ts";

const manager = { login: MANAGER.dn, passwd: new Secret(MANAGER.password) };
const ROOT_ENTRY = "dc=example,dc=org";
const SELF_SIGNED = "down (protocol): TLS failed: certificate verify failed: self-signed certificate";

const ROWS: readonly Row[] = [
  { name: "the root DSE, anonymously", target: {}, verdict: 'up: entry ""' },
  { name: "an entry, anonymously", target: { request: ROOT_ENTRY }, verdict: `up: entry "${ROOT_ENTRY}"` },
  {
    name: "an entry, after a bind",
    target: { ...manager, request: ROOT_ENTRY },
    verdict: `up: entry "${ROOT_ENTRY}"`,
  },
  {
    name: "an entry with a name that matches, beyond ASCII",
    target: { ...manager, request: `ou=Büro,${ROOT_ENTRY}`, receive: contains("ou=Büro") },
    verdict: `up: entry "ou=Büro,${ROOT_ENTRY}"`,
  },
  {
    name: "an entry with a name that does not match",
    target: { ...manager, request: ROOT_ENTRY, receive: contains("dc=com") },
    verdict: `down (mismatch): … "${ROOT_ENTRY}" … /dc=com/`,
  },
  {
    name: "a wrong password",
    target: { login: MANAGER.dn, passwd: new Secret("wr0ng-password") },
    verdict: "down (auth): bind: invalidCredentials",
  },
  {
    name: "an unknown name",
    target: { login: "cn=nobody,dc=example,dc=org", passwd: new Secret("wr0ng-password") },
    verdict: "down (auth): bind: invalidCredentials",
  },
  { name: "a login without a password is no login", target: { login: MANAGER.dn }, verdict: 'up: entry ""' },
  {
    name: "an entry that is not there",
    target: { ...manager, request: `cn=no,${ROOT_ENTRY}` },
    verdict: `down (mismatch): search of "cn=no,${ROOT_ENTRY}": noSuchObject`,
  },
  {
    name: "an entry that others may not see",
    target: { request: `ou=Büro,${ROOT_ENTRY}` },
    verdict: `down (auth): search of "ou=Büro,${ROOT_ENTRY}": insufficientAccessRights`,
  },
  {
    name: "a name that is none",
    target: { request: "not a name" },
    verdict: 'down (reported): search of "not a name": invalidDNSyntax: invalid DN',
  },
];

Deno.test("ldap and ldaps: a real slapd", needsSetup, async (t) => {
  await using directory = await temporaryDirectory();
  const ports = { ldap: freePort(), ldaps: freePort() };
  await using _slapd = await startSlapd(directory.path, ports);
  for (const service of ["ldap", "ldaps"] as const) {
    for (const host of ["127.0.0.1", "::1"]) {
      const server: Partial<CheckTarget> = { service, address: parseIp(host), port: ports[service] };
      await testRows(t, server, ROWS, [MANAGER.password, "wr0ng-password"]);
    }
  }
  await t.step("ldaps: a certificate that must be valid and is not", async () => {
    const target = { service: "ldaps", port: ports.ldaps, tlsVerify: true, virtualHost: "www.example.com" } as const;
    strictEqual(await verdict(checkOf(target)), SELF_SIGNED);
  });
  for (const host of ["127.0.0.1", "::1"]) {
    const server = { service: "ldap", address: parseIp(host)!, port: ports.ldap, startTls: true } as const;
    for (const row of ROWS) {
      await t.step(`ldap with starttls at ${host}: ${row.name}`, async () => {
        const { result, trace } = await round(checkOf({ ...server, ...row.target }), "negotiate");
        assertVerdict(inWords(result), row.verdict);
        ok(trace.some(({ text }) => text === "* TLS handshake"));
      });
    }
    await t.step(`ldap with starttls at ${host}: a certificate that must be valid and is not`, async () => {
      strictEqual(await verdict(checkOf({ ...server, tlsVerify: true })), SELF_SIGNED);
    });
  }
  await t.step("ldap at the port of ldaps", async () => {
    const target = { service: "ldap", port: ports.ldaps } as const;
    strictEqual(await verdict(checkOf(target)), "down (protocol): the server closed the connection");
  });
});

testIllServers({ service: "ldap" }, {
  closed: /^down \((refused|protocol)\): (connection reset|the server closed the connection)$/,
  garbage: /^down \(protocol\): not an LDAP message$/,
  flood: /^down \(protocol\): the server sent a message of more than 1048576 bytes$/,
  flooded: "\x30\x84\x7f\xff\xff\xff",
  stage: /^down \(timeout\): no answer within 0\.3 s \(waiting for the reply to bind anonymously\)$/,
});

testIllServers({ service: "ldaps" }, {
  closed: /^down \((refused|protocol)\): (connection reset|TLS failed: the server closed the connection)$/,
  garbage: /^down \(protocol\): TLS failed: /,
  flood: /^down \(protocol\): TLS failed: /,
  flooded: "x",
  stage: /^down \(timeout\): no answer within 0\.3 s \(TLS handshake\)$/,
});
