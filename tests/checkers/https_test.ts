import { ok, strictEqual } from "node:assert/strict";
import { parseIp } from "../../src/model/address.ts";
import type { CheckTarget } from "../../src/model/check.ts";
import {
  checkOf,
  type Client,
  closesAtOnce,
  contains,
  flood,
  garbage,
  type Manners,
  type Peer,
  serve,
  silent,
  verdict,
  withPeer,
} from "./peers.ts";

const CERTIFICATES = new URL("certificates/", import.meta.url);

function pem(name: string): string {
  return Deno.readTextFileSync(new URL(name, CERTIFICATES));
}

async function page(client: Client): Promise<void> {
  await client.hearUntil("\r\n\r\n");
  await client.say("HTTP/1.0 200 OK\r\n\r\nTest Page");
}

/** A server that takes the handshake for a bad request. */
async function plain(client: Client): Promise<void> {
  await client.hear();
  await client.say("HTTP/1.0 400 Bad Request\r\n\r\n");
}

/** Runs `work` against a TLS server that shows this certificate. */
async function withTlsPeer<T>(certificate: string, manners: Manners, work: (peer: Peer) => Promise<T>): Promise<T> {
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert: pem(certificate), key: pem("server.key") });
  const guests = serve(listener, manners);
  try {
    return await work({ address: parseIp("127.0.0.1")!, port: (listener.addr as Deno.NetAddr).port });
  } finally {
    listener.close();
    await guests();
  }
}

const https: Partial<CheckTarget> = {
  service: "https",
  receive: contains("Test Page"),
  virtualHost: "www.example.com",
};
const verified: Partial<CheckTarget> = { ...https, tlsVerify: true };

const CERTIFICATE_ROWS: readonly { certificate: string; target: Partial<CheckTarget>; verdict: string }[] = [
  { certificate: "valid.pem", target: https, verdict: "up: 200 OK" },
  { certificate: "self-signed.pem", target: https, verdict: "up: 200 OK" },
  { certificate: "expired.pem", target: https, verdict: "up: 200 OK" },
  { certificate: "valid.pem", target: { ...https, virtualHost: "elsewhere.example" }, verdict: "up: 200 OK" },
  { certificate: "valid.pem", target: { ...https, virtualHost: undefined }, verdict: "up: 200 OK" },
  { certificate: "valid.pem", target: verified, verdict: "up: 200 OK" },
  { certificate: "valid.pem", target: { ...verified, virtualHost: "www.example.com:8443" }, verdict: "up: 200 OK" },
  { certificate: "valid.pem", target: { ...verified, virtualHost: "www.example.com." }, verdict: "up: 200 OK" },
  {
    certificate: "self-signed.pem",
    target: verified,
    verdict: "down (protocol): TLS failed: certificate verify failed: self-signed certificate",
  },
  {
    certificate: "expired.pem",
    target: verified,
    verdict: "down (protocol): TLS failed: certificate verify failed: certificate has expired",
  },
  {
    certificate: "valid.pem",
    target: { ...verified, virtualHost: "elsewhere.example" },
    verdict: "down (protocol): TLS failed: certificate verify failed: hostname mismatch",
  },
  {
    certificate: "valid.pem",
    target: { ...verified, virtualHost: undefined },
    verdict: "down (protocol): TLS failed: certificate verify failed: IP address mismatch",
  },
];

// OpenSSL reads it when the first check that verifies is made.
Deno.env.set("SSL_CERT_FILE", new URL("authority.pem", CERTIFICATES).pathname);

for (const row of CERTIFICATE_ROWS) {
  const terms = `${row.target.tlsVerify ? "verified" : "unverified"}, as ${row.target.virtualHost ?? "an address"}`;
  Deno.test(`https: ${row.certificate}, ${terms}`, async () => {
    await withTlsPeer(row.certificate, page, async (peer) => {
      strictEqual(await verdict(checkOf({ ...peer, ...row.target })), row.verdict);
    });
  });
}

const ILL_ROWS: readonly { name: string; peer: Manners; verdict: string }[] = [
  { name: "a server without TLS", peer: plain, verdict: "down (protocol): TLS failed: wrong version number" },
  { name: "garbage", peer: garbage, verdict: "down (protocol): TLS failed: wrong version number" },
  { name: "a flood", peer: flood("x"), verdict: "down (protocol): TLS failed: wrong version number" },
  {
    name: "a handshake that never goes on",
    peer: silent,
    verdict: "down (timeout): no answer within 0.2 s (TLS handshake)",
  },
  {
    name: "a handshake record that never ends",
    peer: async (client) => {
      await client.hear();
      await client.say("\x16\x03\x03\x40\x00\x02\x00");
      await client.gone();
    },
    verdict: "down (timeout): no answer within 0.2 s (TLS handshake)",
  },
  {
    name: "a close within the handshake",
    peer: async (client) => {
      await client.hear();
    },
    verdict: "down (protocol): TLS failed: the server closed the connection",
  },
];

for (const row of ILL_ROWS) {
  Deno.test(`https: ${row.name}`, async () => {
    const deadline = row.verdict.includes("timeout") ? 0.2 : 20;
    await withPeer(row.peer, async (peer) => {
      strictEqual(await verdict(checkOf({ ...peer, ...https }, { negotiateTimeout: deadline })), row.verdict);
    });
  });
}

Deno.test("https: a server that closes at once is down", async () => {
  await withPeer(closesAtOnce, async (peer) => {
    ok((await verdict(checkOf({ ...peer, ...https }))).startsWith("down ("));
  });
});

const AFTER_HANDSHAKE: readonly { name: string; peer: Manners; verdict: string }[] = [
  {
    name: "a stall after the handshake",
    peer: silent,
    verdict: "down (timeout): no answer within 0.5 s (waiting for the reply to GET /)",
  },
  {
    name: "a close after the handshake",
    peer: closesAtOnce,
    verdict: "down (protocol): the server closed the connection without a reply",
  },
  { name: "a flood", peer: flood("Test Page ", "HTTP/1.0 200 OK\r\n\r\n"), verdict: "up: 200 OK" },
];

for (const row of AFTER_HANDSHAKE) {
  Deno.test(`https: ${row.name}`, async () => {
    await withTlsPeer("self-signed.pem", row.peer, async (peer) => {
      const deadline = row.verdict.includes("timeout") ? 0.5 : 20;
      strictEqual(await verdict(checkOf({ ...peer, ...https }, { negotiateTimeout: deadline })), row.verdict);
    });
  });
}
