import { match, ok, strictEqual } from "node:assert/strict";
import { parseIp } from "../../src/model/address.ts";
import type { CheckTarget } from "../../src/model/check.ts";
import { testIllServers } from "./ill_servers.ts";
import { checkOf, openDescriptors, verdict } from "./peers.ts";
import { temporaryDirectory } from "./real_server.ts";
import { startKamailio } from "./sip_server.ts";
import { mute, nonsense, type Replies, withUdpPeer } from "./udp_peer.ts";
import { needsSetup } from "../needs_setup.ts";
import { freePort } from "../ports.ts";

const ROWS: readonly { login?: string; verdict: string }[] = [
  { verdict: "up: 200 Keepalive" },
  { login: "joe@example.org", verdict: "up: 200 Keepalive" },
  { login: "example.org", verdict: "up: 200 Keepalive" },
  { login: "slow@example.org", verdict: "up: 200 Keepalive" },
  { login: "sick@example.org", verdict: "down (reported): 503 Service Unavailable" },
  { login: "guarded@example.org", verdict: "down (auth): 401 Unauthorized" },
  { login: "two words", verdict: "down (internal): the login is no SIP address: two words" },
];

Deno.test("sip: a real Kamailio", needsSetup, async (t) => {
  await using directory = await temporaryDirectory();
  const [port, tlsPort] = [freePort(), freePort()];
  await using _kamailio = await startKamailio(directory.path, { port, tlsPort });
  for (const host of ["127.0.0.1", "::1"]) {
    for (const transport of ["udp", "tcp"] as const) {
      for (const row of ROWS) {
        await t.step(`${row.login ?? "no login"} over ${transport} at ${host}`, async () => {
          const before = openDescriptors();
          const target: Partial<CheckTarget> = { service: "sip", transport, address: parseIp(host), port };
          strictEqual(await verdict(checkOf({ ...target, login: row.login })), row.verdict);
          strictEqual(openDescriptors(), before);
        });
      }
    }
    for (const row of ROWS) {
      await t.step(`${row.login ?? "no login"} over TLS at ${host}`, async () => {
        const before = openDescriptors();
        const target: Partial<CheckTarget> = { service: "sips", address: parseIp(host), port: tlsPort };
        strictEqual(await verdict(checkOf({ ...target, login: row.login })), row.verdict);
        strictEqual(openDescriptors(), before);
      });
    }
    await t.step(`sips wants TLS, at ${host}`, async () => {
      const target: Partial<CheckTarget> = { service: "sips", address: parseIp(host), port };
      match(await verdict(checkOf(target, { negotiateTimeout: 1 })), /^down /);
    });
  }
});

const ASKED: Partial<CheckTarget> = { service: "sip", login: "joe@example.org" };
const WAITING = /^down \(timeout\): no answer within 0\.\d s \(waiting for the reply to OPTIONS sip:joe@example\.org/;

testIllServers(ASKED, {
  closed: /^down \((refused|protocol)\): (connection reset|the server closed the connection)$/,
  garbage: /^down \(protocol\): (not a SIP message|the server)/,
  flood: /^down \(protocol\): the server sent a line of more than 4096 bytes$/,
  flooded: "x",
  stage: WAITING,
});

const OVER_UDP: Partial<CheckTarget> = { ...ASKED, transport: "udp" };

Deno.test("sip: a closed udp port is refused", async () => {
  strictEqual(await verdict(checkOf({ ...OVER_UDP, port: freePort() })), "down (refused): connection refused");
});

/** A reply to a request: all of its lines but the first, which a real server would choose from. */
function reply(status: string, request: Uint8Array): Uint8Array {
  const [, ...rest] = new TextDecoder().decode(request).split("\r\n");
  return new TextEncoder().encode([`SIP/2.0 ${status}`, ...rest].join("\r\n"));
}

function withOtherCallId(message: Uint8Array): Uint8Array {
  return new TextEncoder().encode(new TextDecoder().decode(message).replace("Call-ID: ", "Call-ID: x"));
}

const UDP_ROWS: readonly { name: string; replies: Replies; verdict: RegExp }[] = [
  { name: "says nothing", replies: mute, verdict: WAITING },
  { name: "talks nonsense", replies: nonsense, verdict: WAITING },
  {
    name: "promises and does not keep it",
    replies: (request) => [reply("100 Trying", request)],
    verdict: /^down \(timeout\): no answer within 0\.\d s \(waiting for more after 100 Trying\)$/,
  },
  {
    name: "promises and keeps it",
    replies: (request) => [reply("100 Trying", request), reply("180 Ringing", request), reply("200 OK", request)],
    verdict: /^up: 200 OK$/,
  },
  {
    name: "answers another client first",
    replies: (request) => [withOtherCallId(reply("503 No", request)), request, reply("200 OK", request)],
    verdict: /^up: 200 OK$/,
  },
  {
    name: "only answers another client",
    replies: (request) => [withOtherCallId(reply("200 OK", request))],
    verdict: WAITING,
  },
];

for (const row of UDP_ROWS) {
  Deno.test(`sip: a server that ${row.name} over udp`, async () => {
    await withUdpPeer(row.replies, async (peer) => {
      const before = openDescriptors();
      match(await verdict(checkOf({ ...OVER_UDP, ...peer }, { negotiateTimeout: 0.2 })), row.verdict);
      strictEqual(openDescriptors(), before);
    });
  });
}

Deno.test("sip: the sender, by default", async () => {
  let heard = "";
  const replies: Replies = (request) => {
    heard = new TextDecoder().decode(request);
    return [reply("200 OK", request)];
  };
  await withUdpPeer(replies, async (peer) => {
    strictEqual(await verdict(checkOf({ ...OVER_UDP, login: undefined, ...peer })), "up: 200 OK");
  });
  ok(heard.startsWith(`OPTIONS sip:ldirectord@${Deno.hostname()} SIP/2.0\r\n`), heard);
  match(heard, /^Via: SIP\/2\.0\/UDP 127\.0\.0\.1:\d+;branch=z9hG4bK[0-9a-f]{24};rport\r$/m);
});
