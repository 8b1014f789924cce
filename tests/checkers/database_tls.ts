import type { CheckTarget } from "../../src/model/check.ts";
import { Secret } from "../../src/model/secret.ts";
import { CERTIFICATES } from "./real_server.ts";
import { type Row, testRows } from "./real_server_rows.ts";

const AUTHORITY = { tlsVerify: true, tlsCaFile: `${CERTIFICATES}/authority.pem` };

/**
 * A database that logs in over TLS, its certificate being that of www.example.com.
 *
 * @param version the query for the version of TLS that the connection has.
 */
export async function testOverTls(
  t: Deno.TestContext,
  database: Partial<CheckTarget>,
  version: string,
  secrets: readonly string[],
): Promise<void> {
  const rows: readonly Row[] = [
    {
      name: "over TLS: what the server says of it",
      target: { request: version },
      verdict: /^up: first row: .*TLSv1\.[23]/,
    },
    {
      name: "over TLS: a certificate that is valid",
      target: { ...AUTHORITY, tlsServerName: "www.example.com" },
      verdict: "up: first row: 1",
    },
    {
      name: "over TLS: a certificate of another server",
      target: { ...AUTHORITY, tlsServerName: "db.example.com" },
      verdict: /^down \(protocol\): .*hostname mismatch/i,
    },
    {
      name: "over TLS: a wrong password",
      target: { passwd: new Secret("wr0ng-password") },
      verdict: /^down \(auth\): /,
    },
  ];
  await testRows(t, { ...database, request: "SELECT 1", startTls: true }, rows, secrets);
}
