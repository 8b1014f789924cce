import "./first_round.ts";
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type IpAddress, parseIp } from "../../src/model/address.ts";
import type { CheckMethod, CheckTarget } from "../../src/model/check.ts";
import * as files from "../../src/system/libc/files.ts";
import * as sockets from "../../src/system/libc/sockets.ts";
import { Secret } from "../../src/model/secret.ts";
import { checkOf, closesAtOnce, openDescriptors, verdict, withPeer } from "./peers.ts";
import { needsSetup } from "../needs_setup.ts";

const LOOPBACK = parseIp("127.0.0.1")!;
const ORIGIN = { address: parseIp("127.0.0.9")! };
/** TEST-NET-1 (RFC 5737): no host has it. */
const FOREIGN = { address: parseIp("192.0.2.77")! };

/** Whom a TCP server on 127.0.0.1 sees when it is checked; it hangs up at once. */
async function seenByTcp(target: Partial<CheckTarget>, method: CheckMethod): Promise<string> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let seen = "none";
  const accepting = listener.accept().then((guest) => {
    seen = (guest.remoteAddr as Deno.NetAddr).hostname;
    guest.close();
  }, () => {});
  const { port } = listener.addr as Deno.NetAddr;
  await verdict(checkOf({ port, ...target }, { checkTimeout: 5, negotiateTimeout: 5 }), method);
  const patience = setTimeout(() => listener.close(), 5000);
  await accepting;
  clearTimeout(patience);
  if (seen !== "none") listener.close();
  return seen;
}

for (const service of ["http", "https", "smtp", "imap", "imaps", "pop", "pops", "ftp", "nntp", "simpletcp"] as const) {
  Deno.test(`bindto: a ${service} server sees that address`, async () => {
    strictEqual(await seenByTcp({ service, origin: ORIGIN }, "negotiate"), ORIGIN.address);
  });
}

for (const service of ["ldap", "ldaps", "oracle", "mysql", "pgsql", "sip", "dns"] as const) {
  Deno.test(`bindto: a ${service} server sees that address, over tcp`, async () => {
    const passwd = new Secret("s3cret");
    const asked = { login: "joe", passwd, database: "db", request: "SELECT 1", origin: ORIGIN };
    strictEqual(await seenByTcp({ service, ...asked }, "negotiate"), ORIGIN.address);
  });
}

for (const method of ["connect", "agent"] as const) {
  Deno.test(`bindto: a server that is asked by ${method} sees that address`, async () => {
    strictEqual(await seenByTcp({ origin: ORIGIN }, method), ORIGIN.address);
  });
}

for (const service of ["dns", "sip", "radius"] as const) {
  Deno.test(`bindto: a ${service} server sees that address, over udp`, async () => {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const heard = once(socket, "message", { signal: AbortSignal.timeout(5000) });
    const asked = { service, transport: "udp", port: socket.address().port, login: "joe", request: "www" } as const;
    await verdict(checkOf({ ...asked, origin: ORIGIN }, { negotiateTimeout: 1 }));
    const [, from] = await heard;
    strictEqual(from.address, ORIGIN.address);
    const closed = once(socket, "close");
    socket.close();
    await closed;
  });
}

/** The sources of the echo requests that have come to 127.0.0.1 over a raw socket since it was opened. */
function requesters(fd: number): IpAddress[] {
  const sources: IpAddress[] = [];
  const packet = new Uint8Array(2048);
  for (let count = sockets.recv(fd, packet); count > 0; count = sockets.recv(fd, packet)) {
    const message = (packet[0] & 0x0f) * 4;
    const isRequest = packet[message] === 8;
    if (isRequest) sources.push(packet.subarray(12, 16).join(".") as IpAddress);
  }
  return sources;
}

Deno.test("bindto: the echo requests of pings come from their own addresses, many at a time", needsSetup, async () => {
  const ICMP = 1;
  const before = openDescriptors();
  const witness = sockets.socket(sockets.AF_INET, sockets.SOCK_RAW, ICMP);
  const origins = ["127.0.0.8", "127.0.0.9"].map((text) => ({ address: parseIp(text)! }));
  const verdicts = await Promise.all(
    origins.map((origin) => verdict(checkOf({ address: LOOPBACK, origin }), "ping")),
  );
  const sources = new Set(requesters(witness));
  files.close(witness);
  deepStrictEqual(verdicts, ["up: answers to ping", "up: answers to ping"]);
  for (const { address } of origins) strictEqual(sources.has(address), true, address);
  strictEqual(openDescriptors(), before);
});

Deno.test("bindto: an address that this host does not have says nothing of the server", needsSetup, async () => {
  const before = openDescriptors();
  for (const method of ["connect", "ping", "negotiate"] as const) {
    match(
      await verdict(checkOf({ address: LOOPBACK, port: 9, origin: FOREIGN }), method),
      /^down \(internal\): bindto is no address of this host$/,
    );
  }
  strictEqual(openDescriptors(), before);
});

Deno.test("bindto: a request that leads to the other address family goes without", async () => {
  await withPeer(closesAtOnce, async ({ port }) => {
    match(
      await verdict(checkOf({ service: "http", request: `http://[::1]:${port}/`, requestIsOwn: true, origin: ORIGIN })),
      /^down \((refused|protocol)\): (connection reset|the server closed the connection)/,
    );
  }, { hostname: "::1" });
});
