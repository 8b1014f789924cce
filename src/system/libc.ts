/**
 * The system calls that Deno has no API for, one function each, through glibc by FFI.
 *
 * All follow the kernel's own convention: the result, or the negated error number (`-Errno.EAGAIN`).
 * None blocks: sockets made here are non-blocking.
 */

import { cString } from "./c_string.ts";

/** Linux's error numbers (errno(3)), as far as our calls give them and somebody cares. */
export const Errno = {
  EPERM: 1,
  EINTR: 4,
  EIO: 5,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  EPIPE: 32,
  ENONET: 64,
  EPROTO: 71,
  EMSGSIZE: 90,
  ENOPROTOOPT: 92,
  EPROTONOSUPPORT: 93,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOBUFS: 105,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTDOWN: 112,
  EHOSTUNREACH: 113,
  EINPROGRESS: 115,
} as const;

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

const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
/** epoll(7): there is something to read. */
export const EPOLLIN = 0x1;
/** epoll(7): there is room to write, or a connection is made. */
export const EPOLLOUT = 0x4;
/** epoll(7): an error is pending. */
export const EPOLLERR = 0x8;
/** epoll(7): both directions are closed. */
export const EPOLLHUP = 0x10;
/** epoll(7): the peer sends no more. */
export const EPOLLRDHUP = 0x2000;
/** epoll(7): report once, and then no more until it is asked for again. */
export const EPOLLONESHOT = 0x40000000;
/** epoll(7): report changes only, so that one registration serves the socket's whole life. */
export const EPOLLET = 0x80000000;

const DECLARATIONS = {
  __errno_location: { parameters: [], result: "pointer" },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  sendto: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], result: "isize" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  epoll_wait_long: {
    name: "epoll_wait",
    parameters: ["i32", "buffer", "i32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  setsid: { parameters: [], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  getrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  setrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  madvise: { parameters: ["pointer", "usize", "i32"], result: "i32" },
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  syscall: { parameters: ["i64", "u32", "u32", "u32"], result: "i64" },
  setpriority: { parameters: ["i32", "u32", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

type Libc = Deno.DynamicLibrary<typeof DECLARATIONS>["symbols"];

let symbols: Libc | undefined;
let errnoCell: Deno.UnsafePointerView;

/** Opened at the first call, so that commands that check nothing need no FFI. */
function libc(): Libc {
  if (!symbols) {
    symbols = Deno.dlopen("libc.so.6", DECLARATIONS).symbols;
    // errno is a cell of the thread; JavaScript runs on one thread, so the cell never moves.
    errnoCell = new Deno.UnsafePointerView(symbols.__errno_location()!);
  }
  return symbols;
}

/** A call's result by the kernel's convention. Must be asked right after the call. */
function outcome(result: number | bigint): number {
  return result < 0 ? -errnoCell.getInt32() : Number(result);
}

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

/** close(2). */
export function close(fd: number): number {
  return outcome(libc().close(fd));
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

/** epoll_create1(2): a descriptor that watches others. */
export function epollCreate(): number {
  return outcome(libc().epoll_create1(EPOLL_CLOEXEC));
}

/** `struct epoll_event` is packed on x86-64 and nowhere else. */
const EVENT_SIZE = Deno.build.arch === "x86_64" ? 12 : 16;
const EVENT_DATA = EVENT_SIZE - 8;
const registration = new DataView(new ArrayBuffer(EVENT_SIZE));

/** epoll_ctl(2), ADD: watches `fd` for `events`; both `fd` and `generation` (32 bits) come back with each event. */
export function epollAdd(epoll: number, fd: number, events: number, generation: number): number {
  return epollSet(epoll, EPOLL_CTL_ADD, fd, events, generation);
}

/** epoll_ctl(2), MOD: the same for one that is watched already. */
export function epollModify(epoll: number, fd: number, events: number, generation: number): number {
  return epollSet(epoll, EPOLL_CTL_MOD, fd, events, generation);
}

function epollSet(epoll: number, operation: number, fd: number, events: number, generation: number): number {
  registration.setUint32(0, events, true);
  registration.setUint32(EVENT_DATA, fd, true);
  registration.setUint32(EVENT_DATA + 4, generation, true);
  return outcome(libc().epoll_ctl(epoll, operation, fd, registration));
}

/** epoll_ctl(2), DEL: needed only where another process keeps what `fd` stands for open. */
export function epollDelete(epoll: number, fd: number): number {
  return outcome(libc().epoll_ctl(epoll, EPOLL_CTL_DEL, fd, registration));
}

const MAX_EVENTS = 256;
const ready = new DataView(new ArrayBuffer(MAX_EVENTS * EVENT_SIZE));

/**
 * epoll_wait(2) that waits for nothing: hands each event that is there to `onEvent`.
 * Gives their number; there may be more at the next call.
 */
export function epollPoll(
  epoll: number,
  onEvent: OnEpollEvent,
): number {
  const count = outcome(libc().epoll_wait(epoll, ready, MAX_EVENTS, 0));
  tellEvents(ready, count, onEvent);
  return count;
}

/** An event of {@link epollPoll}. */
type OnEpollEvent = (fd: number, generation: number, events: number) => void;

function tellEvents(list: DataView, count: number, onEvent: OnEpollEvent): void {
  for (let offset = 0; offset < count * EVENT_SIZE; offset += EVENT_SIZE) {
    const data = offset + EVENT_DATA;
    onEvent(list.getUint32(data, true), list.getUint32(data + 4, true), list.getUint32(offset, true));
  }
}

/** Where the one thread that waits gets its events. */
const readyLater = new DataView(new ArrayBuffer(MAX_EVENTS * EVENT_SIZE));
const FOR_EVER = -1;

/**
 * epoll_wait(2) in a thread of its own, until there are events, for as long as that takes; one call at a time. Gives
 * their number, or -1 where it was interrupted or failed: errno stays in that thread.
 */
export async function epollWait(epoll: number, onEvent: OnEpollEvent): Promise<number> {
  const count = await libc().epoll_wait_long(epoll, readyLater, MAX_EVENTS, FOR_EVER);
  tellEvents(readyLater, count, onEvent);
  return count;
}

/** eventfd(2): a descriptor that is readable once 8 bytes with a number have been written to it, until they are read. */
export function eventDescriptor(): number {
  return outcome(libc().eventfd(0, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

/** setsid(2): a session of our own, without a terminal. */
export function setsid(): number {
  return outcome(libc().setsid());
}

/** `O_RDONLY` of open(2). */
export const O_RDONLY = 0;
/** `O_WRONLY` of open(2). */
export const O_WRONLY = 1;
/** Of open(2): it fails where it would wait, as for somebody to read a pipe. */
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

/** write(2): how many bytes were taken. Waits for those who are slow to take them, unless {@link isWritable} says not. */
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

/** `RLIMIT_NOFILE` of getrlimit(2). */
const RLIMIT_NOFILE = 7;

/** setrlimit(2): this process may have so many files open from now on, or as many as it may choose if that is less. */
export function setOpenFileLimit(most?: bigint): number {
  const [soft, hard] = [0, 1];
  const limits = new BigUint64Array(2);
  const failure = outcome(libc().getrlimit(RLIMIT_NOFILE, limits));
  if (failure < 0) return failure;
  limits[soft] = most !== undefined && most < limits[hard] ? most : limits[hard];
  return outcome(libc().setrlimit(RLIMIT_NOFILE, limits));
}

/** getrlimit(2): how many files this process may have open. */
export function openFileLimit(): number {
  const limits = new BigUint64Array(2);
  const failure = outcome(libc().getrlimit(RLIMIT_NOFILE, limits));
  return failure < 0 ? 0 : Number(limits[0]);
}

const MADV_DONTNEED = 4;

/** madvise(2): lets go of the pages of a mapping that was never written; they come back from its file. */
export function dropPages(start: bigint, length: bigint): number {
  return outcome(libc().madvise(Deno.UnsafePointer.create(start), length, MADV_DONTNEED));
}

/** `CLOCK_MONOTONIC` of clock_gettime(2). */
const CLOCK_MONOTONIC = 1;

/** clock_gettime(2): microseconds since the machine's start, not counting the time that it slept. */
export function monotonicMicroseconds(): bigint {
  const time = new BigInt64Array(2);
  outcome(libc().clock_gettime(CLOCK_MONOTONIC, time));
  const [seconds, nanoseconds] = time;
  return seconds * 1_000_000n + nanoseconds / 1_000n;
}

/** `CLOCK_THREAD_CPUTIME_ID` of clock_gettime(2). */
const CLOCK_THREAD_CPUTIME_ID = 3;
const threadTime = new BigInt64Array(2);

/** clock_gettime(2): milliseconds of processor time that this thread has used. */
export function threadMilliseconds(): number {
  outcome(libc().clock_gettime(CLOCK_THREAD_CPUTIME_ID, threadTime));
  return Number(threadTime[0]) * 1000 + Number(threadTime[1]) / 1e6;
}

/** close_range(2)'s number, the same on all processors; the C library has it by name since 2.34 only. */
const SYS_CLOSE_RANGE = 436n;
const CLOSE_RANGE_CLOEXEC = 4;
const FIRST_BEYOND_STANDARD = 3;
const LAST_OF_ALL = 0xffff_ffff;

/** close_range(2): programs that we start do not inherit what we have inherited, but for the standard streams. */
export function keepInheritedFiles(): number {
  return outcome(libc().syscall(SYS_CLOSE_RANGE, FIRST_BEYOND_STANDARD, LAST_OF_ALL, CLOSE_RANGE_CLOEXEC));
}

const PRIO_PROCESS = 0;

/** setpriority(2): how nice a process is, from -20 (not at all) to 19. */
export function setNiceness(pid: number, niceness: number): number {
  return outcome(libc().setpriority(PRIO_PROCESS, pid, niceness));
}

/** A system call's failure, with errno's name as `code`, as Node's and Deno's errors have it. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  /** The call that failed: `connect`; `network` for what the network reported after a call had gone well. */
  readonly call: string;
  /** `ECONNREFUSED`, or `errno 71` for one that {@link Errno} does not list. */
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = Object.entries(Errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;
    super(`${call}: ${code}`);
    this.call = call;
    this.code = code;
  }
}
