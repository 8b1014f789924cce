import "./first_round.ts";
import { match, ok, strictEqual } from "node:assert/strict";
import { runRound } from "../../src/checkers/run.ts";
import { parseIp } from "../../src/model/address.ts";
import type { CheckTarget } from "../../src/model/check.ts";
import { Secret } from "../../src/model/secret.ts";
import { JOE, saslSocket, startDovecot, startPostfix } from "./mail_servers.ts";
import { checkOf, inWords, openDescriptors } from "./peers.ts";
import { freePort, temporaryDirectory } from "./real_server.ts";

const WRONG = "wr0ng-password";
const joe = { login: JOE.login, passwd: new Secret(JOE.password) };
const impostor = { login: JOE.login, passwd: new Secret(WRONG) };

/** Longer than any answer takes; shorter than a test's patience. */
const DEADLINE = 0.5;

interface Row {
  readonly name: string;
  readonly target: Partial<CheckTarget>;
  readonly verdict: RegExp;
}

/** The verdict of one round, which tells no secret and leaves no descriptor behind. */
async function discreetVerdict(target: Partial<CheckTarget>, negotiateTimeout?: number): Promise<string> {
  const before = openDescriptors();
  const { result, trace } = await runRound(checkOf(target, negotiateTimeout ? { negotiateTimeout } : {}), "negotiate");
  const told = JSON.stringify([result, trace]);
  ok(![JOE.password, WRONG].some((secret) => told.includes(secret)), told);
  strictEqual(openDescriptors(), before);
  return inWords(result);
}

Deno.test("imap, imaps, pop and pops: a real dovecot", async (t) => {
  await using directory = await temporaryDirectory();
  const ports = { imap: freePort(), imaps: freePort(), pop: freePort(), pops: freePort() };
  await using dovecot = await startDovecot(directory.path, ports);

  const rows: readonly Row[] = (["imap", "imaps", "pop", "pops"] as const).flatMap((service) => {
    const [greeting, refusal] = service.startsWith("imap")
      ? [/^up: \* OK .*Dovecot/, /^down \(auth\): 1 NO \[AUTHENTICATIONFAILED\]/]
      : [/^up: \+OK Dovecot/, /^down \(auth\): -ERR \[AUTH\] Authentication failed/];
    const server = { service, port: ports[service] };
    return [
      { name: `${service}: a greeting`, target: server, verdict: greeting },
      { name: `${service}: a login`, target: { ...server, ...joe }, verdict: /^up: logged in as joe$/ },
      { name: `${service}: a wrong password`, target: { ...server, ...impostor }, verdict: refusal },
    ];
  });
  for (const host of ["127.0.0.1", "::1"]) {
    for (const row of rows) {
      await t.step(`${row.name}, ${host}`, async () => {
        match(await discreetVerdict({ ...row.target, address: parseIp(host) }), row.verdict);
      });
    }
  }
  await t.step("imaps: a certificate that must be valid and is not", async () => {
    strictEqual(
      await discreetVerdict({ service: "imaps", port: ports.imaps, tlsVerify: true, virtualHost: "www.example.com" }),
      "down (protocol): TLS failed: certificate verify failed: self-signed certificate",
    );
  });
  await t.step("imap at the port of imaps", async () => {
    match(await discreetVerdict({ service: "imap", port: ports.imaps }, DEADLINE), /^down \((timeout|protocol)\): /);
  });
  for (const service of ["imap", "imaps", "pop", "pops"] as const) {
    for (const host of ["127.0.0.1", "::1"]) {
      await t.step(`${service}: a server that is stopped, ${host}`, async () => {
        using _frozen = dovecot.freeze();
        const stage = service.endsWith("s") ? "TLS handshake" : "waiting for the greeting";
        strictEqual(
          await discreetVerdict({ service, address: parseIp(host), port: ports[service], ...joe }, DEADLINE),
          `down (timeout): no answer within ${DEADLINE} s (${stage})`,
        );
      });
    }
  }
});

Deno.test("smtp and submission: a real postfix", async (t) => {
  await using directory = await temporaryDirectory();
  const ports = { smtp: freePort(), submission: freePort(), closed: freePort() };
  await using postfix = await startPostfix(directory.path, ports, saslSocket(directory.path));

  for (const host of ["127.0.0.1", "::1"]) {
    const address = parseIp(host)!;
    for (const service of ["smtp", "submission"] as const) {
      await t.step(`${service}: a greeting, ${host}`, async () => {
        strictEqual(
          await discreetVerdict({ service, address, port: ports[service] }),
          "up: 220 mail.example.org ESMTP Postfix",
        );
      });
    }
    await t.step(`smtp: a server that takes no mail from us, ${host}`, async () => {
      match(
        await discreetVerdict({ service: "smtp", address, port: ports.closed }),
        /^down \(protocol\): 554 5\.7\.1 .*Client host rejected/,
      );
    });
    await t.step(`smtp: a server that is stopped, ${host}`, async () => {
      using _frozen = postfix.freeze();
      strictEqual(
        await discreetVerdict({ service: "smtp", address, port: ports.smtp }, DEADLINE),
        `down (timeout): no answer within ${DEADLINE} s (waiting for the greeting)`,
      );
    });
  }
});
