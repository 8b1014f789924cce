/**
 * The kernel's form of an endpoint: `struct sockaddr_in` (ip(7)) and `struct sockaddr_in6` (ipv6(7)).
 */

import { familyOf, type IpAddress, ipFromBytes, ipToBytes } from "../../model/address.ts";
import { AF_INET, AF_INET6 } from "../../system/libc/sockets.ts";

/** The socket family of an address: `AF_INET` or `AF_INET6`. */
export function socketFamily(address: IpAddress): number {
  return familyOf(address) === 4 ? AF_INET : AF_INET6;
}

/** Encodes an endpoint as the kernel takes it. */
export function encodeSocketAddress(address: IpAddress, port: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(familyOf(address) === 4 ? 16 : 28);
  const view = new DataView(bytes.buffer);
  // The family stands in the machine's byte order, which is little-endian wherever Deno runs.
  view.setUint16(0, socketFamily(address), true);
  view.setUint16(2, port);
  bytes.set(ipToBytes(address), bytes.length === 16 ? 4 : 8);
  return bytes;
}

/** The inverse of {@link encodeSocketAddress}; `undefined` for a family that is not IP. */
export function decodeSocketAddress(bytes: Uint8Array): { address: IpAddress; port: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 16) return undefined;
  const family = view.getUint16(0, true);
  const port = view.getUint16(2);
  if (family === AF_INET) return { address: ipFromBytes(bytes.subarray(4), 4), port };
  if (family !== AF_INET6 || bytes.length < 28) return undefined;
  return { address: ipFromBytes(bytes.subarray(8), 6), port };
}
