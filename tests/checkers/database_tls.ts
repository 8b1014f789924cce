import { match, ok, strictEqual } from "node:assert/strict";
import type { CheckTarget } from "../../src/model/check.ts";
import { Secret } from "../../src/model/secret.ts";
import { checkOf, inWords, openDescriptors, round } from "./peers.ts";
import { CERTIFICATES } from "./real_server.ts";

const AUTHORITY = { tlsVerify: true, tlsCaFile: `${CERTIFICATES}/authority.pem` };

/** What is particular to a database. */
export interface DatabaseTls {
  /** The query for the version of TLS that the connection has. */
  readonly version: string;
  /** What must be told nowhere. */
  readonly secret: string;
}

/** A database that logs in over TLS, its certificate being that of www.example.com. */
export async function testOverTls(
  t: Deno.TestContext,
  database: Partial<CheckTarget>,
  { version, secret }: DatabaseTls,
): Promise<void> {
  const rows: readonly { name: string; target: Partial<CheckTarget>; verdict: RegExp }[] = [
    { name: "what the server says of it", target: { request: version }, verdict: /^up: first row: .*TLSv1\.[23]/ },
    {
      name: "a certificate that is valid",
      target: { ...AUTHORITY, tlsServerName: "www.example.com" },
      verdict: /^up: first row: 1$/,
    },
    {
      name: "a certificate of another server",
      target: { ...AUTHORITY, tlsServerName: "db.example.com" },
      verdict: /^down \(protocol\): .*hostname mismatch/i,
    },
    { name: "a wrong password", target: { passwd: new Secret("wr0ng-password") }, verdict: /^down \(auth\): / },
  ];
  for (const { name, target, verdict } of rows) {
    await t.step(`over TLS: ${name}, at ${database.address}`, async () => {
      const before = openDescriptors();
      const asked = { ...database, request: "SELECT 1", startTls: true, ...target };
      const { result, trace } = await round(checkOf(asked), "negotiate");
      match(inWords(result), verdict);
      const told = JSON.stringify([result, trace]);
      ok(![secret, "wr0ng-password"].some((word) => told.includes(word)), told);
      strictEqual(openDescriptors(), before);
    });
  }
}
