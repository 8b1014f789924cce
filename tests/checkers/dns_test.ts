import { match, ok, strictEqual } from "node:assert/strict";
import { type IpAddress, parseIp } from "../../src/model/address.ts";
import type { CheckTarget, DnsType } from "../../src/model/check.ts";
import { testIllServers } from "./ill_servers.ts";
import { checkOf, expression, openDescriptors, verdict } from "./peers.ts";
import { startNamed } from "./dns_server.ts";
import { temporaryDirectory } from "./real_server.ts";
import { mute, nonsense, type Replies, withUdpPeer } from "./udp_peer.ts";
import { needsSetup } from "../needs_setup.ts";
import { freePort } from "../ports.ts";

interface Row {
  readonly request: string;
  readonly dnsType?: DnsType;
  readonly receive?: string;
  readonly verdict: string | RegExp;
}

const ROWS: readonly Row[] = [
  { request: "www.example.test", verdict: /^up: A 192\.0\.2\.1[01], 192\.0\.2\.1[01]$/ },
  { request: "www.example.test.", receive: "192.0.2.10", verdict: /^up: A / },
  { request: "WWW.Example.Test", receive: "192\\.0\\.2\\.11", verdict: /^up: A / },
  { request: "www.example.test", receive: "^192\\.0\\.2\\.11$", verdict: /^up: A / },
  { request: "www.example.test", receive: "192.0.2.1", verdict: /^down \(mismatch\): no answer matches receive: / },
  { request: "www.example.test", receive: "\\.1[01]$", verdict: /^up: A / },
  { request: "www.example.test", receive: "^10\\.", verdict: /^down \(mismatch\): no answer matches receive: / },
  { request: "www.example.test", receive: "2001:db8::10", verdict: "up: AAAA 2001:db8::10" },
  { request: "www.example.test", receive: "2001:0DB8:0::10", verdict: "up: AAAA 2001:db8::10" },
  { request: "alias.example.test", receive: "192.0.2.10", verdict: /^up: A / },
  { request: "192.0.2.10", verdict: "up: PTR www.example.test" },
  { request: "192.0.2.10", receive: "www\\.example\\.test", verdict: "up: PTR www.example.test" },
  {
    request: "192.0.2.10",
    receive: "^ftp",
    verdict: "down (mismatch): no answer matches receive: /^ftp/ (PTR www.example.test)",
  },
  { request: "six.example.test", verdict: "down (mismatch): the answer has no A record" },
  { request: "six.example.test", dnsType: "AAAA", verdict: "up: AAAA 2001:db8::10" },
  { request: "six.example.test", dnsType: "MX", receive: "^10 ns", verdict: "up: MX 10 ns.example.test" },
  { request: "example.test", dnsType: "NS", verdict: "up: NS ns.example.test" },
  {
    request: "example.test",
    dnsType: "SOA",
    receive: " 1$",
    verdict: /^up: SOA ns\.example\.test root\.example\.test 1$/,
  },
  { request: "alias.example.test", dnsType: "CNAME", verdict: /^up: CNAME further\.example\.test/ },
  { request: "text.example.test", dnsType: "TXT", receive: "ok$", verdict: "up: TXT v=probe ok" },
  { request: "long.example.test", dnsType: "TXT", receive: "xend$", verdict: /^up: TXT x/ },
  { request: "long.example.test", dnsType: "TXT", receive: "^end", verdict: /^down \(mismatch\): no answer matches / },
  { request: "many.example.test", receive: "192.0.2.1", verdict: /^up: A / },
  { request: "many.example.test", receive: "192.0.2.100", verdict: /^up: A / },
  { request: "_sip._udp.example.test", dnsType: "SRV", verdict: "up: SRV 1 2 5060 ns.example.test" },
  { request: "192.0.2.10", dnsType: "PTR", verdict: "up: PTR www.example.test" },
  { request: "www.example.test", dnsType: "MX", verdict: "down (mismatch): the answer has no MX record" },
  { request: "no.example.test", verdict: "down (mismatch): NXDOMAIN: there is no name no.example.test" },
  { request: "2001:db8::10", verdict: "down (reported): SERVFAIL" },
  { request: "www.example.com", verdict: "down (reported): REFUSED" },
  { request: "www", verdict: "down (reported): REFUSED" },
];

Deno.test("dns: a real named", needsSetup, async (t) => {
  await using directory = await temporaryDirectory();
  const port = freePort();
  await using _named = await startNamed(directory.path, port);
  for (const [transport, address] of [["udp", "127.0.0.1"], ["tcp", "127.0.0.1"], ["udp", "::1"], ["tcp", "::1"]]) {
    const server = { transport, address, port, service: "dns" } as Partial<CheckTarget>;
    for (const row of ROWS) {
      await t.step(`${row.request} =~ ${row.receive ?? "anything"} over ${transport} at ${address}`, async () => {
        const before = openDescriptors();
        const receive = row.receive === undefined ? undefined : expression(row.receive);
        const said = await verdict(checkOf({ ...server, request: row.request, dnsType: row.dnsType, receive }));
        if (typeof row.verdict === "string") strictEqual(said, row.verdict);
        else match(said, row.verdict);
        strictEqual(openDescriptors(), before);
      });
    }
  }
});

const ASKED: Partial<CheckTarget> = { service: "dns", transport: "udp", request: "www.example.test" };
const WAITING = /^down \(timeout\): no answer within 0\.\d s \(waiting for the reply to A www\.example\.test/;

testIllServers({ ...ASKED, transport: "tcp" }, {
  closed: /^down \((refused|protocol)\): (connection reset|the server closed the connection)$/,
  garbage: /^down \(protocol\): the server closed the connection$/,
  flood: /^down \(protocol\): the server answered other questions than ours$/,
  flooded: "\xff",
  stage: WAITING,
});

Deno.test("dns: a closed udp port is refused", async () => {
  const address = parseIp("127.0.0.1") as IpAddress;
  strictEqual(await verdict(checkOf({ ...ASKED, address, port: freePort() })), "down (refused): connection refused");
});

const SILENCES: readonly [name: string, replies: Replies][] = [["says nothing", mute], ["talks nonsense", nonsense]];

for (const [name, replies] of SILENCES) {
  Deno.test(`dns: a server that ${name} over udp is down at the deadline`, async () => {
    await withUdpPeer(replies, async (peer) => {
      const before = openDescriptors();
      match(await verdict(checkOf({ ...ASKED, ...peer }, { negotiateTimeout: 0.2 })), WAITING);
      strictEqual(openDescriptors(), before);
    });
  });
}

/** Our question as the answer that refuses it: with RCODE 5 (RFC 1035, 4.1.1). */
function refusal(question: Uint8Array): Uint8Array {
  const message = question.slice();
  message[2] |= 0x80;
  message[3] |= 5;
  return message;
}

Deno.test("dns: a lost datagram is sent again, the same one", async () => {
  const heard: Uint8Array[] = [];
  const losesTheFirst: Replies = (question) => heard.push(question) > 1 ? [refusal(question)] : [];
  await withUdpPeer(losesTheFirst, async (peer) => {
    strictEqual(await verdict(checkOf({ ...ASKED, ...peer })), "down (reported): REFUSED");
  });
  strictEqual(heard.length, 2);
  ok(heard[0].every((byte, i) => byte === heard[1][i]));
});

Deno.test("dns: a datagram with another id is ignored", async () => {
  const forged = (question: Uint8Array) => refusal(question).with(0, question[0] ^ 1).with(3, 3);
  await withUdpPeer((question) => [forged(question), refusal(question)], async (peer) => {
    strictEqual(await verdict(checkOf({ ...ASKED, ...peer })), "down (reported): REFUSED");
  });
});

Deno.test("dns: datagrams without end are not read to their end", async () => {
  await withUdpPeer((question) => Array(200).fill(question.with(0, question[0] ^ 1)), async (peer) => {
    const said = await verdict(checkOf({ ...ASKED, ...peer }));
    strictEqual(said, "down (protocol): the server sent 64 datagrams, and none of them answers ours");
  });
});

Deno.test("dns: without a request there is nothing to ask", async () => {
  const said = await verdict(checkOf({ service: "dns", transport: "udp" }));
  strictEqual(said, "down (internal): no request: it says which name to ask for");
});
