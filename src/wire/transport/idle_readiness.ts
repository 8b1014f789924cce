/**
 * Waiting on connections on which nothing happens for hours.
 *
 * Asking for them by a timer, as readiness.ts does for those in use, costs 1 % of a processor for ever. Here one thread
 * waits in the kernel: that costs nothing, and an end is noticed at once.
 */

import {
  epollAdd,
  epollCreate,
  EPOLLET,
  EPOLLIN,
  epollModify,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLRDHUP,
  epollWait,
} from "../../system/libc/epoll.ts";
import { SystemError } from "../../system/libc/errors.ts";
import * as files from "../../system/libc/files.ts";
import { beginTurn } from "../../model/turn.ts";
import { Watchers } from "./watchers.ts";

const watchers = new Watchers();
let epoll = -1;
/** The epoll instance that {@link watchOnce} was called for, and the callback for its events. */
let inner = -1;
let onNewsOfInner: (() => void) | undefined;
/** Ends the waiting of the thread when there is nothing left to wait for. */
let ending = -1;
let isWaiting = false;

/** Milliseconds until the thread waits again after it could not. */
const PAUSE = 20;

/**
 * Reports changes of `fd` (readable, writable, hung up, failed) until {@link unwatchIdle}.
 * Throws {@link SystemError}.
 */
export function watchIdle(fd: number, onReady: () => void): void {
  open();
  watchers.add(fd, onReady, (generation) => register(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, generation));
  if (!isWaiting) wait();
}

/**
 * Calls back once when there is news of an epoll instance, and has the thread wait for good. Gives a function that calls it
 * off. For one instance.
 */
export function watchOnce(instance: number, onNews: () => void): () => void {
  open();
  onNewsOfInner = onNews;
  const arm = inner === instance ? epollModify : epollAdd;
  const failure = arm(epoll, instance, EPOLLIN | EPOLLONESHOT, 0);
  if (failure < 0) throw new SystemError("epoll_ctl", -failure);
  inner = instance;
  if (!isWaiting) wait();
  return () => onNewsOfInner = undefined;
}

/** Ends the reports. The descriptor is to be closed by the caller, which takes it out of epoll. */
export function unwatchIdle(fd: number): void {
  if (watchers.remove(fd) && watchers.size === 0) files.write(ending, new Uint8Array(BigUint64Array.of(1n).buffer));
}

function open(): void {
  if (epoll >= 0) return;
  const made = epollCreate();
  if (made < 0) throw new SystemError("epoll_create1", -made);
  const end = files.eventDescriptor();
  if (end < 0) {
    files.close(made);
    throw new SystemError("eventfd", -end);
  }
  [epoll, ending] = [made, end];
  register(ending, EPOLLIN, 0);
}

function register(fd: number, events: number, generation: number): void {
  const failure = epollAdd(epoll, fd, events >>> 0, generation);
  if (failure < 0) throw new SystemError("epoll_ctl", -failure);
}

async function wait(): Promise<void> {
  isWaiting = true;
  while (watchers.size > 0 || inner >= 0) {
    const count = await epollWait(epoll, dispatch);
    if (count < 0) await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  isWaiting = false;
}

function dispatch(fd: number, generation: number, events: number): void {
  if (fd === ending) files.read(ending, new Uint8Array(8));
  const onReady = fd === inner ? takeReady() : watchers.find(fd, generation);
  if (!onReady) return;
  beginTurn();
  try {
    onReady(events);
  } catch (error) {
    // A bug of one must not leave the others unheard.
    reportError(error);
  }
}

function takeReady(): (() => void) | undefined {
  const onNews = onNewsOfInner;
  onNewsOfInner = undefined;
  return onNews;
}
