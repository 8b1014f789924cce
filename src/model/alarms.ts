/**
 * Callbacks at some time, on a grid: those of about the same time share one wake-up of the event loop, which costs as much as
 * a check.
 */

import { turnTime } from "./turn.ts";

/** Milliseconds between the points of the grid. */
export const GRID = 8;

interface Alarm {
  /** On the clock of `performance.now()`, a point of the grid. */
  readonly at: number;
  readonly callback: () => void;
}

/** Few at any time: what has thousands of times to keep has one alarm for the first of them. */
let pending: readonly Alarm[] = [];
let timer: number | undefined;
/** When the timer rings: with the first alarm, or before it where an earlier one was called off. */
let ringsAt = Infinity;

/** Calls back once at a time on the clock of `performance.now()`, or up to 8 ms later. Gives a function that calls it off. */
export function alarmAt(time: number, callback: () => void): () => void {
  const alarm: Alarm = { at: Math.ceil(time / GRID) * GRID, callback };
  pending = [...pending, alarm];
  if (alarm.at < ringsAt) ringAt(alarm.at);
  return () => {
    pending = pending.filter((each) => each !== alarm);
    if (pending.length === 0) ringAt(Infinity);
  };
}

/** Whether an alarm will wake the event loop within so many milliseconds. */
export function isAlarmNear(milliseconds: number): boolean {
  return ringsAt - turnTime() <= milliseconds;
}

function ringAt(at: number): void {
  clearTimeout(timer);
  ringsAt = at;
  timer = at === Infinity ? undefined : setTimeout(ring, Math.ceil(at - turnTime()));
}

function ring(): void {
  // A timer may ring up to a millisecond early.
  const now = performance.now() + 1;
  ringsAt = Infinity;
  // One after the other: each may call off those behind it.
  for (let alarm = earliest(); alarm && alarm.at <= now; alarm = earliest()) {
    pending = pending.filter((each) => each !== alarm);
    try {
      alarm.callback();
    } catch (error) {
      // A bug of one must not take the others their alarms.
      reportError(error);
    }
  }
  const next = earliest();
  if (next && next.at < ringsAt) ringAt(next.at);
}

function earliest(): Alarm | undefined {
  return pending.reduce<Alarm | undefined>((first, each) => first && first.at <= each.at ? first : each, undefined);
}
