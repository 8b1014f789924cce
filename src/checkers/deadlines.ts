/**
 * Deadlines, thousands of them, by one timer: nearly all are cancelled in time, and Deno keeps a cancelled timer
 * until it would have rung, which at 500 rounds a second is tens of megabytes.
 */

import { alarmAt, GRID } from "../model/alarms.ts";
import { threadMilliseconds } from "../system/libc/clocks.ts";
import { turnTime } from "../model/turn.ts";

/** Milliseconds to which deadlines are rounded up, so that those of one moment share a wake-up. */
const GRAIN = 3 * GRID;

/**
 * Milliseconds by which the timer may ring late, and at most {@link OVERSLEPT_SHARE} of the time that a deadline was set
 * for. More than that and it is unknown how much of their time the conversations had, so each deadline is extended, once: a
 * server that keeps us busy again and again must not keep dead ones in.
 */
const OVERSLEPT = 1000;

/** Of a deadline of 0.1 s, the answer may have come while this thread did other work for 30 ms. */
const OVERSLEPT_SHARE = 1 / 4;

/** Milliseconds that a conversation gets at least to read what has come meanwhile. */
const LEAST_EXTENSION = 1000;

interface Deadline {
  /** On the clock of `performance.now()`. */
  at: number;
  /** Milliseconds that it was set for. */
  readonly allowed: number;
  /** When it would pass if it had been extended by its own length: whatever other servers do, it passes then. */
  readonly last: number;
  isExtended: boolean;
  readonly onPassed: () => void;
}

/** By slot; freed slots are used again. (Not a Set: see wire/transport/readiness.ts for what one that changes so often costs.) */
const pending: (Deadline | undefined)[] = [];
const free: number[] = [];
let cancelAlarm = () => {};
/** When the timer rings: with the earliest pending deadline, or earlier where that one was cancelled. */
let ringsAt = Infinity;
/** The processor time of this thread when the timer was set. */
let workedAtSetting = 0;

/** Calls `onPassed` in so many milliseconds, unless what it returns is called before. */
export function setDeadline(milliseconds: number, onPassed: () => void): () => void {
  const at = Math.ceil((turnTime() + milliseconds) / GRAIN) * GRAIN;
  const deadline = { at, allowed: milliseconds, last: at + milliseconds, isExtended: false, onPassed };
  const slot = free.pop() ?? pending.length;
  pending[slot] = deadline;
  if (deadline.at < ringsAt) ringAt(deadline.at);
  return () => {
    if (pending[slot] !== deadline) return;
    release(slot);
    if (free.length === pending.length) ringAt(Infinity);
  };
}

function release(slot: number): void {
  pending[slot] = undefined;
  free.push(slot);
}

function extend(deadline: Deadline, now: number, wasBusy: boolean): void {
  const { allowed, last } = deadline;
  const least = now + Math.min(allowed, LEAST_EXTENSION);
  deadline.at = wasBusy ? Math.max(least, Math.min(now + allowed, last)) : now + allowed;
  deadline.isExtended = true;
}

function ringAt(at: number): void {
  cancelAlarm();
  ringsAt = at;
  workedAtSetting = threadMilliseconds();
  cancelAlarm = at === Infinity ? () => {} : alarmAt(at, ring);
}

function ring(): void {
  const now = performance.now();
  const late = now - ringsAt;
  if (late > GRAIN) {
    // With work we fill the time ourselves; without, this process was stopped, or the host is short of processors.
    const wasBusy = threadMilliseconds() - workedAtSetting > late / 2;
    for (const deadline of pending) {
      if (!deadline || deadline.isExtended) continue;
      if (late > Math.min(OVERSLEPT, deadline.allowed * OVERSLEPT_SHARE)) extend(deadline, now, wasBusy);
    }
  }
  let next = Infinity;
  for (const [slot, deadline] of pending.entries()) {
    if (!deadline) continue;
    if (deadline.at > now) {
      next = Math.min(next, deadline.at);
      continue;
    }
    release(slot);
    deadline.onPassed();
  }
  ringAt(next);
}
