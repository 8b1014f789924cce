import "./first_round.ts";
import { match, strictEqual } from "node:assert/strict";
import { parseIp } from "../../src/model/address.ts";
import type { CheckTarget } from "../../src/model/check.ts";
import { Secret } from "../../src/model/secret.ts";
import { checkOf, openDescriptors, verdict } from "./peers.ts";
import { RADIUS, startRadius } from "./radius_server.ts";
import { temporaryDirectory } from "./real_server.ts";
import { discreetVerdict, type Row } from "./real_server_rows.ts";
import { mute, nonsense, type Replies, withUdpPeer } from "./udp_peer.ts";
import { needsSetup } from "../needs_setup.ts";
import { freePort } from "../ports.ts";

const joe = { login: "joe", passwd: new Secret(RADIUS.password), secret: new Secret(RADIUS.shared) };
const ASKED: Partial<CheckTarget> = { service: "radius", transport: "udp", ...joe };
const WAITING = /^down \(timeout\): no answer within [\d.]+ s \(waiting for the reply to Access-Request for joe to /;
const UNSIGNED = /^down \(timeout\): .* \(waiting for more after a reply that is not signed with our secret\)$/;

const ROWS: readonly (Row & { readonly patience?: number })[] = [
  { name: "the right password", target: {}, verdict: "up: Access-Accept" },
  {
    name: "a password of many blocks",
    target: { login: "long", passwd: new Secret(RADIUS.password.repeat(5)) },
    verdict: "up: Access-Accept",
  },
  { name: "a wrong password", target: { passwd: new Secret("wr0ng-password") }, verdict: "down (auth): Access-Reject" },
  { name: "no password", target: { passwd: undefined }, verdict: "down (auth): Access-Reject" },
  { name: "an unknown user", target: { login: "nobody" }, verdict: "down (auth): Access-Reject" },
  { name: "a user who may not", target: { login: "barred" }, verdict: "down (auth): Access-Reject: Not today" },
  { name: "a challenge", target: { login: "otp" }, verdict: "down (auth): Access-Challenge: Token?" },
  { name: "no login: Status-Server", target: { login: undefined }, verdict: "up: Access-Accept" },
  // The server drops what is signed with another secret.
  { name: "a wrong secret", target: { secret: new Secret("wr0ng-secret") }, verdict: WAITING, patience: 0.5 },
  {
    name: "a password that RADIUS cannot carry",
    target: { passwd: new Secret("x".repeat(129)) },
    verdict: "down (internal): the check failed: RADIUS knows no password of more than 128 bytes",
  },
];

Deno.test("radius: a real FreeRADIUS", needsSetup, async (t) => {
  await using directory = await temporaryDirectory();
  const port = freePort();
  await using server = await startRadius(directory.path, port);
  for (const host of ["127.0.0.1", "::1"]) {
    await t.step(`Status-Server to an accounting port, at ${host}`, async () => {
      const target = { ...ASKED, address: parseIp(host), port: port + 1, login: undefined };
      strictEqual(await verdict(checkOf(target)), "up: Accounting-Response", server.said());
    });
    for (const row of ROWS) {
      await t.step(`${row.name}, at ${host}`, async () => {
        const target = { ...ASKED, address: parseIp(host), port, ...row.target };
        const check = checkOf(target, { negotiateTimeout: row.patience ?? 20 });
        const said = await discreetVerdict(check, [RADIUS.password, RADIUS.shared, "wr0ng"]);
        if (typeof row.verdict === "string") strictEqual(said, row.verdict, server.said());
        else match(said, row.verdict);
      });
    }
  }
});

Deno.test("radius: a closed port is refused", async () => {
  strictEqual(await verdict(checkOf({ ...ASKED, port: freePort() })), "down (refused): connection refused");
});

/** An Access-Accept for whatever was asked, signed with nothing. */
const forged: Replies = (request) => [Uint8Array.of(2, request[1], 0, 20, ...new Uint8Array(16))];

const PEERS: readonly { name: string; replies: Replies; verdict: RegExp }[] = [
  { name: "says nothing", replies: mute, verdict: WAITING },
  { name: "talks nonsense", replies: nonsense, verdict: WAITING },
  { name: "forges", replies: forged, verdict: UNSIGNED },
];

for (const row of PEERS) {
  Deno.test(`radius: a server that ${row.name} is down at the deadline`, async () => {
    await withUdpPeer(row.replies, async (peer) => {
      const before = openDescriptors();
      match(await verdict(checkOf({ ...ASKED, ...peer }, { negotiateTimeout: 0.2 })), row.verdict);
      strictEqual(openDescriptors(), before);
    });
  });
}

Deno.test("radius: a lost datagram is sent again, the same one", async () => {
  const heard: string[] = [];
  const counts: Replies = (request) => {
    heard.push(request.toHex());
    return [];
  };
  await withUdpPeer(counts, async (peer) => {
    match(await verdict(checkOf({ ...ASKED, ...peer }, { negotiateTimeout: 1.2 })), WAITING);
  });
  strictEqual(heard.length, 2);
  strictEqual(heard[0], heard[1]);
});
