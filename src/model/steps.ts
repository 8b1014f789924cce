/**
 * Long work in steps, so that the event loop can turn meanwhile (turn.ts).
 */

import { isLongTurn, nextTurn } from "./turn.ts";

/** Work that gives way after each step; what it returns is its result. */
export type Steps<T> = Generator<void, T, void>;

/** Steps between two looks at the clock where one is short; see {@link everySoOften}. */
const SHORT_STEPS = 64;

/** Entries of a table above which work on all of them is done in turns. */
const MANY = 500;

/** Whether work on so many entries is to be done in turns: the same in each run, whatever the machine's speed. */
export function isLongWork(entries: number): boolean {
  return entries > MANY;
}

/** How steps are taken: all at once, or in turns. */
export type Walk = <T>(steps: Steps<T>) => T | Promise<T>;

/** Returns how work on so many entries is done: at once where they are few. */
export function walkFor(entries: number): Walk {
  return isLongWork(entries) ? inTurns : atOnce;
}

/** Returns the result of the work, done at once. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/**
 * Resolves with the result of the work, done in turns of the event loop that are short; rejects when `isOver` says that
 * its result is no longer wanted.
 */
export async function inTurns<T>(steps: Steps<T>, isOver: () => boolean = () => false): Promise<T> {
  for (;;) {
    do {
      const { done, value } = steps.next();
      if (done) return value;
    } while (!isLongTurn());
    await nextTurn();
    if (isOver()) throw new Abandoned();
  }
}

/** The result of work in turns is of no use any more. */
export class Abandoned extends Error {}

/** Gives way at some of the calls, for steps that are shorter than a look at the clock. */
export function everySoOften(count: number): boolean {
  return count % SHORT_STEPS === SHORT_STEPS - 1;
}
