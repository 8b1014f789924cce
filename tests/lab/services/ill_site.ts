/**
 * Servers that are ill, one way a port, whatever they are asked: they run in the scenario itself.
 */

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { closesAtOnce, flood, garbage, type Manners, serve, silent } from "../../checkers/peers.ts";

/** Reads a ClientHello, begins a ServerHello (RFC 8446, 4.1.3), and says no more. */
const halfOpenTls: Manners = async (client) => {
  await client.hear();
  await client.bytes(Uint8Array.of(22, 3, 3, 0, 122, 2, 0, 0, 118, 3, 3, 1, 2, 3, 4));
  await client.over();
};

/** An HTTP reply, which most services do not expect, with an endless body. */
const endless = flood("x".repeat(80) + "\n", "HTTP/1.1 200 OK\r\n\r\n");

/** The ways to be ill over tcp, and the port of each. */
export const ILL = {
  silent: 6001,
  closes: 6002,
  garbage: 6003,
  halfOpenTls: 6004,
  flood: 6005,
  endless: 6006,
} as const;

const MANNERS: Readonly<Record<keyof typeof ILL, Manners>> = {
  silent,
  closes: closesAtOnce,
  garbage,
  halfOpenTls,
  flood: flood("x"),
  endless,
};

/** Over udp. */
export const ILL_UDP = { silent: 6001, garbage: 6003 } as const;

/** Lets them all listen at an address, until the result is disposed of. */
export async function illServers(hostname: string): Promise<AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  for (const [way, port] of Object.entries(ILL)) {
    const listener = Deno.listen({ hostname, port });
    stack.defer(serve(listener, MANNERS[way as keyof typeof ILL]));
    stack.defer(() => listener.close());
  }
  for (const [way, port] of Object.entries(ILL_UDP)) {
    const socket = createSocket(hostname.includes(":") ? "udp6" : "udp4");
    const nonsense = Uint8Array.from({ length: 400 }, (_, i) => (i * 167 + 13) & 0xff);
    if (way === "garbage") socket.on("message", (_, from) => socket.send(nonsense, from.port, from.address));
    socket.bind(port, hostname);
    await once(socket, "listening");
    stack.defer(async () => {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    });
  }
  return stack;
}
