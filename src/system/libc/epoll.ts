import { libc, outcome } from "./library.ts";

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
  dispatchEvents(ready, count, onEvent);
  return count;
}

/** An event of {@link epollPoll}. */
type OnEpollEvent = (fd: number, generation: number, events: number) => void;

function dispatchEvents(list: DataView, count: number, onEvent: OnEpollEvent): void {
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
  dispatchEvents(readyLater, count, onEvent);
  return count;
}
