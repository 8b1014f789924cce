/**
 * Waiting on descriptors that are not Deno's own.
 *
 * Deno's event loop cannot be handed a descriptor, so ours are gathered in one epoll instance. While many wait, it is asked by
 * a timer, without waiting: one question answers for every socket at once, which costs less than an event loop that is woken
 * for each of them. While few wait, the thread that waits for idle connections waits for this one, too: a timer would wake the
 * event loop several times for each answer.
 */

import {
  epollAdd,
  epollCreate,
  epollDelete,
  EPOLLET,
  EPOLLIN,
  EPOLLOUT,
  epollPoll,
  EPOLLRDHUP,
} from "../../system/libc/epoll.ts";
import { SystemError } from "../../system/libc/errors.ts";
import { alarmAt, GRID, isAlarmNear } from "../../model/alarms.ts";
import { beginTurn, turnTime } from "../../model/turn.ts";
import { watchOnce } from "./idle_readiness.ts";
import { type OnReady, Watchers } from "./watchers.ts";

/** Milliseconds between two looks while few wait and no thread does: a duration is measured this closely. */
const SHORTEST_PAUSE = 2;
/** Milliseconds between two looks while many wait: waking up is what costs, so one look serves many answers. */
const BUSY_PAUSE = GRID;
/** Milliseconds between two looks when only silent peers are left, and no thread waits for them. */
const LONGEST_PAUSE = 16;
/** Sockets that are few enough for the thread to wait for them. */
const FEW = 4;

let epoll = -1;
let hasThread = false;
/** Calls the next look off; `undefined` where none is to come. */
let cancelLook: (() => void) | undefined;
/** The last pause; 0 once there is a new watch. */
let pause = 0;
const watchers = new Watchers();

/**
 * Reports changes of `fd` (readable, writable, hung up, failed) until {@link unwatch}.
 * Throws {@link SystemError}.
 */
export function watch(fd: number, onReady: OnReady): void {
  if (epoll < 0) epoll = epollCreate();
  if (epoll < 0) throw new SystemError("epoll_create1", -epoll);
  watchers.add(fd, onReady, (generation) => {
    const events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    const failure = epollAdd(epoll, fd, events >>> 0, generation);
    if (failure < 0) throw new SystemError("epoll_ctl", -failure);
  });
  pause = 0;
  if (!cancelLook) lookAgain(1);
}

/**
 * Has a thread wait while few sockets do, from now on. For programs that run for long: it keeps the event loop alive.
 */
export function waitInThread(): void {
  hasThread = true;
}

/** Ends the reports. The descriptor is to be closed by the caller, which takes it out of epoll. */
export function unwatch(fd: number): void {
  if (!watchers.remove(fd) || watchers.size > 0) return;
  cancelLook?.();
  cancelLook = undefined;
}

/** As {@link unwatch}, for a descriptor that another process will have as well: closing ours would not end the reports. */
export function unwatchShared(fd: number): void {
  unwatch(fd);
  epollDelete(epoll, fd);
}

function look(): void {
  beginTurn();
  cancelLook = undefined;
  const count = epollPoll(epoll, dispatch);
  if (watchers.size > 0 && !cancelLook) lookAgain(count);
}

/** Sees to the next look, after one that has found so many news. */
function lookAgain(news: number): void {
  if (hasThread && (watchers.size <= FEW || news === 0) && !isAlarmNear(BUSY_PAUSE)) {
    cancelLook = watchOnce(epoll, look);
    return;
  }
  const milliseconds = nextPause(news);
  if (milliseconds >= BUSY_PAUSE) cancelLook = alarmAt(turnTime() + milliseconds, look);
  else {
    const timer = setTimeout(look, milliseconds);
    cancelLook = () => clearTimeout(timer);
  }
}

function dispatch(fd: number, generation: number, events: number): void {
  watchers.find(fd, generation)?.(events);
}

/** As many milliseconds as there are sockets waiting, within bounds; twice the last one after each look in vain. */
function nextPause(news: number): number {
  const fair = Math.min(Math.max(watchers.size, SHORTEST_PAUSE), BUSY_PAUSE);
  pause = news > 0 ? fair : Math.min(Math.max(pause * 2, fair), LONGEST_PAUSE);
  return pause;
}
