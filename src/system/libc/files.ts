import { cString } from "./c_string.ts";
import { libc, outcome } from "./library.ts";

/** `O_RDONLY` of open(2). */
export const O_RDONLY = 0;
/** `O_WRONLY` of open(2). */
export const O_WRONLY = 1;
/** Of open(2): it fails where it would wait, as for a reader of a pipe. */
export const O_NONBLOCK = 0o4000;
/** `O_RDWR` of open(2). */
export const O_RDWR = 2;
const O_CLOEXEC = 0o2000000;

/** open(2) of a file that is there: a descriptor that children do not inherit. */
export function open(path: string, flags: number): number {
  return outcome(libc().open(cString(path), flags | O_CLOEXEC));
}

/** read(2) into `buffer`: how many bytes came; 0 at the end of a file. */
export function read(fd: number, buffer: Uint8Array<ArrayBuffer>): number {
  return outcome(libc().read(fd, buffer, BigInt(buffer.length)));
}

/** write(2): how many bytes were taken. Waits for a slow reader, unless {@link isWritable} says not. */
export function write(fd: number, bytes: Uint8Array<ArrayBuffer>): number {
  return outcome(libc().write(fd, bytes, BigInt(bytes.length)));
}

const POLLOUT = 0x4;

/** poll(2) that waits for nothing: whether a descriptor takes bytes now; a pipe that does takes 4096 (pipe(7)). */
export function isWritable(fd: number): boolean {
  // struct pollfd: the descriptor, what is asked, what is answered.
  const question = new DataView(new ArrayBuffer(8));
  question.setInt32(0, fd, true);
  question.setInt16(4, POLLOUT, true);
  return outcome(libc().poll(question, 1n, 0)) === 1 && (question.getInt16(6, true) & POLLOUT) !== 0;
}

/** dup2(2): `copy` becomes another name of what `fd` stands for, and children inherit it. */
export function dup2(fd: number, copy: number): number {
  return outcome(libc().dup2(fd, copy));
}

/** close(2). */
export function close(fd: number): number {
  return outcome(libc().close(fd));
}

/** eventfd(2): a descriptor that is readable once 8 bytes with a number have been written to it, until they are read. */
export function eventDescriptor(): number {
  return outcome(libc().eventfd(0, O_NONBLOCK | O_CLOEXEC));
}
