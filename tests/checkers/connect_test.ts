import { strictEqual } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { parseIp } from "../../src/model/address.ts";
import { checkOf, closesAtOnce, silent, verdict, withPeer } from "./peers.ts";
import { needsSetup } from "../needs_setup.ts";
import { freePort } from "../ports.ts";

const LOOPBACK = { 4: parseIp("127.0.0.1")!, 6: parseIp("::1")! };

for (const family of [4, 6] as const) {
  const address = LOOPBACK[family];

  Deno.test(`connect: a TCP server is up, IPv${family}`, async () => {
    const listen = { hostname: address };
    await withPeer(
      silent,
      async (peer) => strictEqual(await verdict(checkOf(peer), "connect"), "up: connected"),
      listen,
    );
    await withPeer(closesAtOnce, async (peer) => {
      strictEqual(await verdict(checkOf(peer), "connect"), "up: connected");
    }, listen);
  });

  Deno.test(`connect: a closed TCP port is refused, IPv${family}`, async () => {
    const check = checkOf({ address, port: freePort() });
    strictEqual(await verdict(check, "connect"), "down (refused): connection refused");
  });

  Deno.test(`connect: an open UDP port of a host that answers to ping is up, IPv${family}`, needsSetup, async () => {
    const socket = createSocket(family === 4 ? "udp4" : "udp6");
    await new Promise<void>((resolve) => socket.bind(0, address, resolve));
    const { port } = socket.address();
    strictEqual(await verdict(checkOf({ address, port, transport: "udp" }), "connect"), "up: answers to ping");
    socket.close();
  });

  Deno.test(
    `connect: a closed UDP port is refused though the host answers to ping, IPv${family}`,
    needsSetup,
    async () => {
      const check = checkOf({ address, port: freePort(), transport: "udp" });
      strictEqual(await verdict(check, "connect"), "down (refused): connection refused");
    },
  );
}

Deno.test("connect: a server with a full queue of connections does not answer", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  const { port } = listener.addr as Deno.NetAddr;
  // The kernel takes one more than the backlog, and then drops what comes.
  const queue = [await Deno.connect({ port }), await Deno.connect({ port })];
  strictEqual(
    await verdict(checkOf({ port }, { checkTimeout: 0.1 }), "connect"),
    `down (timeout): no answer within 0.1 s (connecting to 127.0.0.1:${port})`,
  );
  for (const conn of queue) conn.close();
  listener.close();
});

Deno.test("connect: without a port nothing is said of the server", async () => {
  strictEqual(await verdict(checkOf({ port: 0 }), "connect"), "down (internal): no port is known: set checkport");
});

Deno.test("connect: an address of this host's own that leads nowhere", async () => {
  const check = checkOf({ address: parseIp("255.255.255.255")!, port: 80 });
  strictEqual(await verdict(check, "connect"), "down (refused): network unreachable");
});
