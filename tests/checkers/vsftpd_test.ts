import "./first_round.ts";
import { ok, strictEqual } from "node:assert/strict";
import { runRound } from "../../src/checkers/run.ts";
import { parseIp } from "../../src/model/address.ts";
import { Secret } from "../../src/model/secret.ts";
import { FTP_PAGE, FTP_PASSWORD, startVsftpd } from "./ftp_server.ts";
import { checkOf, contains, inWords, openDescriptors } from "./peers.ts";
import { temporaryDirectory } from "./real_server.ts";
import { assertVerdict, type Row, testRows } from "./real_server_rows.ts";
import { needsSetup } from "../needs_setup.ts";
import { freePort } from "../ports.ts";

const WRONG = "wr0ng-password";
const visitor = { passwd: new Secret(FTP_PASSWORD) };

const ROWS: readonly Row[] = [
  { name: "a login", target: visitor, verdict: "up: logged in as anonymous" },
  { name: "a wrong password", target: { passwd: new Secret(WRONG) }, verdict: "down (auth): 530 Login incorrect." },
  {
    name: "a file that matches",
    target: { ...visitor, request: "page", receive: contains("Test Page") },
    verdict: `up: ${FTP_PAGE.length} bytes of page`,
  },
  {
    name: "a file that does not match",
    target: { ...visitor, request: "page", receive: contains("Another Page") },
    verdict: "down (mismatch): … /Another Page/",
  },
  {
    name: "a file that is not there",
    target: { ...visitor, request: "nowhere" },
    verdict: "down (reported): 550 Failed to open file.",
  },
];

const SELF_SIGNED = "TLS failed: certificate verify failed: self-signed certificate";

Deno.test("ftp: a real vsftpd", needsSetup, async (t) => {
  await using directory = await temporaryDirectory();
  const port = freePort();
  await using vsftpd = await startVsftpd(directory.path, port);
  for (const host of ["127.0.0.1", "::1"]) {
    const server = { service: "ftp", address: parseIp(host)!, port } as const;
    await testRows(t, server, ROWS, [FTP_PASSWORD, WRONG]);
    for (const row of ROWS) {
      await t.step(`${row.name}, by TLS, ${host}`, async () => {
        const before = openDescriptors();
        const { result, trace } = await runRound(checkOf({ ...server, ...row.target, startTls: true }), "negotiate");
        assertVerdict(inWords(result), row.verdict);
        const said = trace.map(({ text }) => text);
        ok(said.indexOf("* TLS handshake") < said.indexOf("> USER anonymous"), said.join("\n"));
        strictEqual(openDescriptors(), before);
      });
    }
    await t.step(`a certificate that must be valid and is not, ${host}`, async () => {
      const check = checkOf({ ...server, ...visitor, startTls: true, tlsVerify: true });
      strictEqual(inWords((await runRound(check, "negotiate")).result), `down (protocol): ${SELF_SIGNED}`);
    });
    await t.step(`a server that is stopped, ${host}`, async () => {
      using _frozen = vsftpd.freeze();
      const { result } = await runRound(checkOf(server, { negotiateTimeout: 0.5 }), "negotiate");
      strictEqual(inWords(result), "down (timeout): no answer within 0.5 s (waiting for the greeting)");
    });
  }
});
