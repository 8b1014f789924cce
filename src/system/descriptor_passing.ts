/**
 * Handing open descriptors to another process (unix(7), SCM_RIGHTS).
 */

import { Errno } from "./libc/errors.ts";
import { libcWith, outcome } from "./libc/library.ts";

const libc = libcWith({
  socketpair: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  sendmsg: { parameters: ["i32", "buffer", "i32"], result: "isize" },
  recvmsg: { parameters: ["i32", "buffer", "i32"], result: "isize" },
  dup: { parameters: ["i32"], result: "i32" },
});

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x40000000;

/** A `struct cmsghdr` with one descriptor: its length, level, type, the descriptor, and padding. */
const CONTROL_SIZE = 24;
const CONTROL_LENGTH = 20n;

/** The two ends of a connection over which descriptors go; children do not inherit them. */
export function descriptorChannel(): readonly [ours: number, theirs: number] {
  const ends = new Int32Array(2);
  const failure = outcome(libc().socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
  if (failure < 0) throw new Error(`socketpair: errno ${-failure}`);
  return [ends[0], ends[1]];
}

/** A copy of a descriptor that the next program we start inherits under the same number. */
export function inheritable(fd: number): number {
  const copy = outcome(libc().dup(fd));
  if (copy < 0) throw new Error(`dup: errno ${-copy}`);
  return copy;
}

/** Sends a descriptor; false where the other side has not taken enough of those before. Throws when it is gone. */
export function sendDescriptor(channel: number, fd: number): boolean {
  const message = new Message();
  message.control.setBigUint64(0, CONTROL_LENGTH, true);
  message.control.setInt32(8, SOL_SOCKET, true);
  message.control.setInt32(12, SCM_RIGHTS, true);
  message.control.setInt32(16, fd, true);
  const sent = outcome(libc().sendmsg(channel, message.header, MSG_DONTWAIT | MSG_NOSIGNAL));
  if (sent === -Errno.EAGAIN || sent === -ETOOMANYREFS) return false;
  if (sent < 0) throw new Error(`sendmsg: errno ${-sent}`);
  return true;
}

/** Too many descriptors are on their way and have not been taken (unix(7)). */
const ETOOMANYREFS = 109;

/** Takes the next descriptor that was sent, if one is there. */
export function receiveDescriptor(channel: number): number | undefined {
  const message = new Message();
  const count = outcome(libc().recvmsg(channel, message.header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC));
  if (count <= 0 || message.control.getInt32(12, true) !== SCM_RIGHTS) return undefined;
  return message.control.getInt32(16, true);
}

/** A `struct msghdr` of 64-bit Linux with one byte, which carries one control message. */
class Message {
  readonly header = new Uint8Array(56);
  readonly control = new DataView(new ArrayBuffer(CONTROL_SIZE));
  readonly #byte = new Uint8Array(1);
  readonly #vector = new BigUint64Array(2);

  constructor() {
    this.#vector[0] = addressOf(this.#byte);
    this.#vector[1] = 1n;
    const header = new DataView(this.header.buffer);
    header.setBigUint64(16, addressOf(this.#vector), true);
    header.setBigUint64(24, 1n, true);
    header.setBigUint64(32, addressOf(this.control), true);
    header.setBigUint64(40, BigInt(CONTROL_SIZE), true);
  }
}

function addressOf(memory: BufferSource): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory));
}
