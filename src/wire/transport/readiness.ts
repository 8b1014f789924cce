/**
 * Waiting on descriptors that are not Deno's own.
 *
 * Deno's event loop cannot be handed a descriptor, so ours are gathered in one epoll instance which is asked, without
 * waiting, by one timer that runs only while somebody waits. One question answers for every socket at once: with
 * hundreds of checks in flight this costs less than an event loop that is woken for each of them.
 */

import * as libc from "../../system/libc.ts";
import { beginTurn } from "../../model/turn.ts";

/** Milliseconds between two looks while few wait: an answer is noticed, and a duration is measured, this closely. */
const SHORTEST_PAUSE = 2;
/** Milliseconds between two looks while many wait: waking up is what costs, so one look serves many answers. */
const BUSY_PAUSE = 10;
/** Milliseconds between two looks when only silent peers are left. */
const LONGEST_PAUSE = 16;

/** Told which of epoll's conditions are new. They are hints: the call that follows tells the truth. */
export type OnReady = (events: number) => void;

interface Watcher {
  readonly generation: number;
  readonly onReady: OnReady;
}

let epoll = -1;
let timer: number | undefined;
/** The last pause; 0 once somebody new waits. */
let pause = 0;
let lastGeneration = 0;
let watching = 0;

/**
 * By descriptor. A Map would do, but V8 copies one that changes all the time into ever new tables, each of which keeps
 * the one after it alive, and with that every finished check until the next full garbage collection.
 */
const watchers: (Watcher | undefined)[] = [];

/**
 * Reports changes of `fd` (readable, writable, hung up, failed) until {@link unwatch}.
 * Throws {@link libc.SystemError}.
 */
export function watch(fd: number, onReady: OnReady): void {
  if (epoll < 0) epoll = libc.epollCreate();
  if (epoll < 0) throw new libc.SystemError("epoll_create1", -epoll);
  const generation = lastGeneration = (lastGeneration + 1) >>> 0;
  const events = libc.EPOLLIN | libc.EPOLLOUT | libc.EPOLLRDHUP | libc.EPOLLET;
  const failure = libc.epollAdd(epoll, fd, events >>> 0, generation);
  if (failure < 0) throw new libc.SystemError("epoll_ctl", -failure);
  watchers[fd] = { generation, onReady };
  watching++;
  pause = 0;
  timer ??= setTimeout(look, nextPause(1));
}

/** Ends the reports. The descriptor is to be closed by the caller, which takes it out of epoll. */
export function unwatch(fd: number): void {
  if (!watchers[fd]) return;
  watchers[fd] = undefined;
  if (--watching > 0) return;
  clearTimeout(timer);
  timer = undefined;
}

/** As {@link unwatch}, for a descriptor that another process will have as well: closing ours would not end the reports. */
export function unwatchShared(fd: number): void {
  unwatch(fd);
  libc.epollDelete(epoll, fd);
}

function look(): void {
  beginTurn();
  const count = libc.epollPoll(epoll, dispatch);
  timer = watching > 0 ? setTimeout(look, nextPause(count)) : undefined;
}

/** The kernel gives a closed descriptor's number to the next socket while an event of the old one may be under way. */
function dispatch(fd: number, generation: number, events: number): void {
  const watcher = watchers[fd];
  if (watcher?.generation === generation) watcher.onReady(events);
}

/** As many milliseconds as there are sockets waiting, within bounds; twice the last one after each look in vain. */
function nextPause(news: number): number {
  const fair = Math.min(Math.max(watching, SHORTEST_PAUSE), BUSY_PAUSE);
  pause = news > 0 ? fair : Math.min(Math.max(pause * 2, fair), LONGEST_PAUSE);
  return pause;
}
