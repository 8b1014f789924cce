import "./first_round.ts";
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { runRound } from "../../src/checkers/run.ts";
import { parseIp } from "../../src/model/address.ts";
import type { CheckTarget } from "../../src/model/check.ts";
import { Secret } from "../../src/model/secret.ts";
import { JOE, saslSocket, startDovecot, startPostfix } from "./mail_servers.ts";
import { decodeLatin1, encodeLatin1 } from "../../src/wire/transport/latin1.ts";
import { checkOf, type Manners, verdict, withPeer } from "./peers.ts";
import { temporaryDirectory } from "./real_server.ts";
import { discreetVerdict } from "./real_server_rows.ts";
import { needsSetup } from "../needs_setup.ts";
import { freePort } from "../ports.ts";

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
function verdictOf(target: Partial<CheckTarget>, negotiateTimeout?: number): Promise<string> {
  return discreetVerdict(checkOf(target, negotiateTimeout ? { negotiateTimeout } : {}), [JOE.password, WRONG]);
}

Deno.test("imap, imaps, pop and pops: a real dovecot", needsSetup, async (t) => {
  await using directory = await temporaryDirectory();
  const ports = { imap: freePort(), imaps: freePort(), pop: freePort(), pops: freePort() };
  await using dovecot = await startDovecot(directory.path, ports);

  const rows: readonly Row[] = (["imap", "imaps", "pop", "pops"] as const).flatMap((service) => {
    const [greeting, refusal] = service.startsWith("imap")
      ? [/^up: \* OK .*Dovecot/, /^down \(auth\): 1 NO \[AUTHENTICATIONFAILED\]/]
      : [/^up: \+OK Dovecot/, /^down \(auth\): -ERR \[AUTH\] Authentication failed/];
    // imaps and pops are under TLS already: for them it has no meaning.
    return [false, true].flatMap((startTls) => {
      const server = { service, port: ports[service], startTls };
      const name = startTls ? `${service} with starttls` : service;
      return [
        { name: `${name}: a greeting`, target: server, verdict: greeting },
        { name: `${name}: a login`, target: { ...server, ...joe }, verdict: /^up: logged in as joe$/ },
        { name: `${name}: a wrong password`, target: { ...server, ...impostor }, verdict: refusal },
      ];
    });
  });
  for (const host of ["127.0.0.1", "::1"]) {
    for (const row of rows) {
      await t.step(`${row.name}, ${host}`, async () => {
        match(await verdictOf({ ...row.target, address: parseIp(host) }), row.verdict);
      });
    }
  }
  await t.step("imaps: a certificate that must be valid and is not", async () => {
    strictEqual(
      await verdictOf({ service: "imaps", port: ports.imaps, tlsVerify: true, virtualHost: "www.example.com" }),
      "down (protocol): TLS failed: certificate verify failed: self-signed certificate",
    );
  });
  for (const service of ["imap", "pop"] as const) {
    const secured = { service, port: ports[service], startTls: true } as const;
    await t.step(`${service} with starttls: a certificate that must be valid and is not`, async () => {
      strictEqual(
        await verdictOf({ ...secured, tlsVerify: true }),
        "down (protocol): TLS failed: certificate verify failed: self-signed certificate",
      );
    });
    await t.step(`${service} with starttls: nothing is said in the clear but the wish for TLS`, async () => {
      const { trace } = await runRound(checkOf({ ...secured, ...joe }), "negotiate");
      const said = trace.map(({ text }) => text);
      const wish = service === "imap" ? "> 0 STARTTLS" : "> STLS";
      const clear = said.slice(0, said.indexOf("* TLS handshake")).filter((text) => text.startsWith("> "));
      deepStrictEqual(clear, [wish]);
    });
    await t.step(`${service} with starttls: what is smuggled in before TLS is not heard`, async () => {
      const smuggled = service === "imap" ? "1 OK smuggled\r\n" : "+OK smuggled\r\n+OK smuggled\r\n";
      await withPeer(meddler(secured.port, smuggled), async (peer) => {
        match(await verdict(checkOf({ ...secured, ...impostor, ...peer })), /^down \(auth\): (1 NO|-ERR) \[/);
      });
    });
  }
  await t.step("imap at the port of imaps", async () => {
    match(await verdictOf({ service: "imap", port: ports.imaps }, DEADLINE), /^down \((timeout|protocol)\): /);
  });
  for (const service of ["imap", "imaps", "pop", "pops"] as const) {
    for (const host of ["127.0.0.1", "::1"]) {
      await t.step(`${service}: a server that is stopped, ${host}`, async () => {
        using _frozen = dovecot.freeze();
        const stage = service.endsWith("s") ? "TLS handshake" : "waiting for the greeting";
        strictEqual(
          await verdictOf({ service, address: parseIp(host), port: ports[service], ...joe }, DEADLINE),
          `down (timeout): no answer within ${DEADLINE} s (${stage})`,
        );
      });
    }
  }
});

/** Logins at postfix, which asks dovecot about them. */
const LOGINS: readonly (Row & { readonly at: "submission" | "smtps" | "login" })[] = [
  {
    name: "submission: a login",
    at: "submission",
    target: { ...joe, startTls: true },
    verdict: /^up: logged in as joe$/,
  },
  {
    name: "submission: a login by the mechanism LOGIN",
    at: "login",
    target: { ...joe, startTls: true },
    verdict: /^up: logged in as joe$/,
  },
  {
    name: "submission: a wrong password",
    at: "submission",
    target: { ...impostor, startTls: true },
    verdict: /^down \(auth\): 535 5\.7\.8 Error: authentication failed/,
  },
  {
    name: "submission: a wrong password by the mechanism LOGIN",
    at: "login",
    target: { ...impostor, startTls: true },
    verdict: /^down \(auth\): 535 5\.7\.8 Error: authentication failed/,
  },
  // It is under TLS already: there starttls has no meaning.
  ...[false, true].flatMap((startTls) => [
    {
      name: `smtps: a login, starttls ${startTls}`,
      at: "smtps" as const,
      target: { service: "smtps" as const, ...joe, startTls },
      verdict: /^up: logged in as joe$/,
    },
    {
      name: `smtps: a wrong password, starttls ${startTls}`,
      at: "smtps" as const,
      target: { service: "smtps" as const, ...impostor, startTls },
      verdict: /^down \(auth\): 535 5\.7\.8 Error: authentication failed/,
    },
  ]),
  {
    name: "submission: a login where TLS is wanted first",
    at: "submission",
    target: joe,
    verdict: /^down \(reported\): the server offers no login by PLAIN or LOGIN \(perhaps with starttls = yes\)$/,
  },
];

/** Relays to a server, and adds words of its own to the answer to the wish for TLS, in one segment with it. */
function meddler(port: number, smuggled: string): Manners {
  return async (client) => {
    const server = await Deno.connect({ hostname: "127.0.0.1", port });
    let addition = "";
    const answering = (async () => {
      const buffer = new Uint8Array(16 * 1024);
      for (let count = await server.read(buffer); count; count = await server.read(buffer)) {
        await client.say(decodeLatin1(buffer.subarray(0, count)) + addition);
        addition = "";
      }
    })().catch(() => {});
    try {
      for (let heard = await client.hear(); heard !== ""; heard = await client.hear()) {
        if (/^(0 STARTTLS|STARTTLS|STLS)\r\n$/.test(heard)) addition = smuggled;
        await server.write(encodeLatin1(heard));
      }
    } finally {
      server.close();
      await answering;
    }
  };
}

Deno.test("smtp, submission and smtps: a real postfix", needsSetup, async (t) => {
  await using directory = await temporaryDirectory();
  const ports = { smtp: freePort(), submission: freePort(), smtps: freePort(), login: freePort(), closed: freePort() };
  const dovecotPorts = { imap: freePort(), imaps: freePort(), pop: freePort(), pops: freePort() };
  await using _dovecot = await startDovecot(directory.path, dovecotPorts);
  await using postfix = await startPostfix(directory.path, ports, saslSocket(directory.path));

  for (const host of ["127.0.0.1", "::1"]) {
    const address = parseIp(host)!;
    for (const service of ["smtp", "submission", "smtps"] as const) {
      await t.step(`${service}: a greeting, ${host}`, async () => {
        strictEqual(
          await verdictOf({ service, address, port: ports[service] }),
          "up: 220 mail.example.org ESMTP Postfix",
        );
      });
    }
    for (const row of LOGINS) {
      await t.step(`${row.name}, ${host}`, async () => {
        const target = { service: "submission", address, port: ports[row.at], ...row.target } as const;
        match(await verdictOf(target), row.verdict);
      });
    }
    await t.step(`smtp with starttls: a greeting, ${host}`, async () => {
      strictEqual(
        await verdictOf({ service: "smtp", address, port: ports.smtp, startTls: true }),
        "up: 220 mail.example.org ESMTP Postfix",
      );
    });
    await t.step(`smtp with starttls: a certificate that must be valid and is not, ${host}`, async () => {
      strictEqual(
        await verdictOf({ service: "smtp", address, port: ports.smtp, startTls: true, tlsVerify: true }),
        "down (protocol): TLS failed: certificate verify failed: self-signed certificate",
      );
    });
    await t.step(`smtps: a certificate that must be valid and is not, ${host}`, async () => {
      strictEqual(
        await verdictOf({ service: "smtps", address, port: ports.smtps, tlsVerify: true }),
        "down (protocol): TLS failed: certificate verify failed: self-signed certificate",
      );
    });
    await t.step(`smtps at the port of smtp, ${host}`, async () => {
      match(await verdictOf({ service: "smtps", address, port: ports.smtp }), /^down \(protocol\): TLS failed: /);
    });
    await t.step(`smtp: a server that takes no mail from us, ${host}`, async () => {
      match(
        await verdictOf({ service: "smtp", address, port: ports.closed }),
        /^down \(reported\): 554 5\.7\.1 .*Client host rejected/,
      );
    });
    await t.step(`smtp with starttls: what is smuggled in before TLS is not heard, ${host}`, async () => {
      await withPeer(meddler(ports.submission, "250-smuggled\r\n250 AUTH NONE\r\n"), async (peer) => {
        const target = { service: "submission", startTls: true, ...joe, ...peer } as const;
        strictEqual(await verdict(checkOf(target)), "up: logged in as joe");
      });
    });
    await t.step(`smtp: a server that is stopped, ${host}`, async () => {
      using _frozen = postfix.freeze();
      strictEqual(
        await verdictOf({ service: "smtp", address, port: ports.smtp }, DEADLINE),
        `down (timeout): no answer within ${DEADLINE} s (waiting for the greeting)`,
      );
    });
  }
});
