/**
 * Real servers over UDP for the tests of checkers, as ill as a test wants them.
 */

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { parseIp } from "../../src/model/address.ts";
import type { Peer } from "./peers.ts";

/** What a server sends back for each datagram. */
export type Replies = (datagram: Uint8Array) => readonly Uint8Array[];

/** Runs `work` against a server that answers in this way. */
export async function withUdpPeer<T>(replies: Replies, work: (peer: Peer) => Promise<T>): Promise<T> {
  const socket = createSocket("udp4");
  socket.on("message", (datagram, from) => {
    for (const reply of replies(Uint8Array.from(datagram))) socket.send(reply, from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  try {
    return await work({ address: parseIp("127.0.0.1")!, port: socket.address().port });
  } finally {
    const closed = once(socket, "close");
    socket.close();
    await closed;
  }
}

/** A server that hears and says nothing. */
export function mute(): readonly Uint8Array[] {
  return [];
}

/** A server that answers with nonsense. */
export function nonsense(): readonly Uint8Array[] {
  return [Uint8Array.from({ length: 400 }, (_, i) => (i * 167 + 13) & 0xff)];
}
