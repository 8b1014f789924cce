/**
 * Where a socket's packets come from.
 */

import { familyOf, type IpAddress } from "../../model/address.ts";
import type { Origin } from "../../model/check.ts";
import { SystemError } from "../../system/libc/errors.ts";
import * as sockets from "../../system/libc/sockets.ts";
import { encodeSocketAddress } from "./socket_address.ts";

const SOL_IP = 0;
/** The port is chosen when the socket is connected: the same one serves for connections to many peers (ip(7)). */
const IP_BIND_ADDRESS_NO_PORT = 24;
const SOL_SOCKET = 1;
const SO_MARK = 36;

/**
 * Gives a socket that is not connected yet its origin. An address counts for peers of its own family only: a request
 * with a URL may lead to one of the other. Throws {@link SystemError}.
 */
export function setOrigin(fd: number, { address, mark }: Origin, peer: IpAddress): void {
  if (mark !== undefined) {
    const marked = sockets.setSocketOption(fd, SOL_SOCKET, SO_MARK, encodeInt(mark));
    if (marked < 0) throw new SystemError("setsockopt", -marked);
  }
  if (address === undefined || familyOf(address) !== familyOf(peer)) return;
  sockets.setSocketOption(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, encodeInt(1));
  const bound = sockets.bind(fd, encodeSocketAddress(address, 0));
  if (bound < 0) throw new SystemError("bind", -bound);
}

/** Encodes an `int` as setsockopt(2) takes it. */
export function encodeInt(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint32Array.of(value).buffer);
}
