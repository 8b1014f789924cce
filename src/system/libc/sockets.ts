/**
 * Sockets, as far as Deno has no API for them. Those made here are non-blocking.
 */

import { libc, outcome } from "./library.ts";

/** `AF_INET`, the address family of IPv4 sockets. */
export const AF_INET = 2;
/** `AF_INET6`, the address family of IPv6 sockets. */
export const AF_INET6 = 10;
/** `SOCK_STREAM`: TCP. */
export const SOCK_STREAM = 1;
/** `SOCK_DGRAM`: UDP, or ICMP echo without privileges. */
export const SOCK_DGRAM = 2;
/** `SOCK_RAW`: ICMP with its own header, for root. */
export const SOCK_RAW = 3;
/** The protocol SCTP; 0 stands for TCP or UDP. */
export const IPPROTO_SCTP = 132;
/** Added to a socket's type: calls on it never block. */
const SOCK_NONBLOCK = 0o4000;
/** Added to a socket's type: programs that we start do not inherit it. */
const SOCK_CLOEXEC = 0o2000000;

/** `shutdown(2)`'s direction: we send no more. */
const SHUT_WR = 1;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const MSG_DONTWAIT = 0x40;
/** A write to a closed connection is an error and not the signal SIGPIPE. */
const MSG_NOSIGNAL = 0x4000;

/** socket(2): a non-blocking descriptor that children do not inherit. */
export function socket(family: number, type: number, protocol: number): number {
  return outcome(libc().socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
}

/** bind(2) to an encoded `sockaddr`. */
export function bind(fd: number, address: Uint8Array<ArrayBuffer>): number {
  return outcome(libc().bind(fd, address, address.length));
}

/** connect(2) to an encoded `sockaddr`. On TCP `-EINPROGRESS` is the usual answer. */
export function connect(fd: number, address: Uint8Array<ArrayBuffer>): number {
  return outcome(libc().connect(fd, address, address.length));
}

/** send(2): how many bytes the kernel took. */
export function send(fd: number, bytes: Uint8Array<ArrayBuffer>): number {
  return outcome(libc().send(fd, bytes, BigInt(bytes.length), MSG_DONTWAIT | MSG_NOSIGNAL));
}

/** sendto(2): one datagram to an encoded `sockaddr`. */
export function sendTo(fd: number, bytes: Uint8Array<ArrayBuffer>, address: Uint8Array<ArrayBuffer>): number {
  const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
  return outcome(libc().sendto(fd, bytes, BigInt(bytes.length), flags, address, address.length));
}

/** recv(2) into `buffer`: how many bytes came; 0 at the end of a stream. */
export function recv(fd: number, buffer: Uint8Array<ArrayBuffer>): number {
  return outcome(libc().recv(fd, buffer, BigInt(buffer.length), MSG_DONTWAIT));
}

/** shutdown(2) of our sending side: the peer reads an end of stream. */
export function shutdownWrite(fd: number): number {
  return outcome(libc().shutdown(fd, SHUT_WR));
}

/** getsockname(2): the encoded `sockaddr` of our own end. */
export function socketName(fd: number): Uint8Array<ArrayBuffer> {
  const address = new Uint8Array(28);
  const length = new Uint32Array([address.length]);
  outcome(libc().getsockname(fd, address, length));
  return address.subarray(0, length[0]);
}

/** The error that is pending on a socket (`SO_ERROR`) as a positive number; 0 = none. Asking clears it. */
export function pendingError(fd: number): number {
  const value = new Int32Array(1);
  const failure = outcome(libc().getsockopt(fd, SOL_SOCKET, SO_ERROR, value, new Uint32Array([4])));
  return failure < 0 ? -failure : value[0];
}

/** setsockopt(2) with an encoded value. */
export function setSocketOption(fd: number, level: number, option: number, value: Uint8Array<ArrayBuffer>): number {
  return outcome(libc().setsockopt(fd, level, option, value, value.length));
}
