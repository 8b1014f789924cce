/**
 * ICMP echo messages: RFC 792 (IPv4, page 14) and RFC 4443, 4.1 and 4.2 (IPv6).
 */

import type { Family } from "../../model/address.ts";

/** What a request says and its reply repeats. */
export interface Echo {
  /** 16 bits: the asking process. */
  readonly id: number;
  /** 16 bits: the request. */
  readonly sequence: number;
  readonly payload: Uint8Array;
}

const HEADER_SIZE = 8;
const ECHO_REQUEST: Record<Family, number> = { 4: 8, 6: 128 };

/** The message type of an echo reply. */
export const ECHO_REPLY: Record<Family, number> = { 4: 0, 6: 129 };

/**
 * An echo request. For IPv6 the checksum is left to the kernel, which alone knows the source address
 * that is part of it (RFC 3542, 3.1).
 */
export function encodeEchoRequest(family: Family, echo: Echo): Uint8Array<ArrayBuffer> {
  return encodeEcho(ECHO_REQUEST[family], family, echo);
}

/** An echo reply, as a host would send it. */
export function encodeEchoReply(family: Family, echo: Echo): Uint8Array<ArrayBuffer> {
  return encodeEcho(ECHO_REPLY[family], family, echo);
}

/** Reads an echo reply that begins at the ICMP header; `undefined` for any other message, or a damaged one. */
export function decodeEchoReply(family: Family, message: Uint8Array): Echo | undefined {
  if (message.length < HEADER_SIZE || message[0] !== ECHO_REPLY[family] || message[1] !== 0) return undefined;
  // A raw IPv4 socket sees messages before the kernel has judged their checksum.
  if (family === 4 && internetChecksum(message) !== 0) return undefined;
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  return { id: view.getUint16(4), sequence: view.getUint16(6), payload: message.subarray(HEADER_SIZE) };
}

/** What follows the header of an IPv4 packet (RFC 791, 3.1), which raw IPv4 sockets hand out with it. */
export function withoutIpv4Header(packet: Uint8Array): Uint8Array {
  return packet.subarray(4 * (packet[0] & 0x0f));
}

/** RFC 1071: the ones' complement sum of 16-bit words. Over a message that holds its checksum it is 0. */
export function internetChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function encodeEcho(type: number, family: Family, echo: Echo): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(HEADER_SIZE + echo.payload.length);
  const view = new DataView(message.buffer);
  view.setUint8(0, type);
  view.setUint16(4, echo.id);
  view.setUint16(6, echo.sequence);
  message.set(echo.payload, HEADER_SIZE);
  if (family === 4) view.setUint16(2, internetChecksum(message));
  return message;
}
