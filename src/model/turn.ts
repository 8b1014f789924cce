/**
 * The event loop's turn: while one goes on, nothing else is read, started or timed out. What a server sends must not
 * make it long.
 *
 * All that is done in one turn is given the same time. Reading a clock costs nothing where the kernel lends
 * it to the process; on machines where it does not (virtual ones without a steady counter, the lab) it is a system call, and
 * the dozen times that one check is asked for cost more than its conversation.
 */

/** Milliseconds after which work gives way to the rest. */
const LONG = 8;

/**
 * Generations of the turn's work for which a time that was read holds: what is done, what awaits that, and so on. A
 * conversation goes on in some seven from one reply to the next question.
 */
const GENERATIONS = 8;

/** A clock that is read once for a turn, or a few times for a long one. */
class TurnClock {
  readonly #read: () => number;
  #time = 0;
  #generations = 0;

  constructor(read: () => number) {
    this.#read = read;
  }

  now(): number {
    if (this.#generations === 0) {
      this.#time = this.#read();
      this.#generations = GENERATIONS;
      queueMicrotask(this.#age);
    }
    return this.#time;
  }

  /** All microtasks of a turn are done before the next one begins: no time is older than its turn. */
  readonly #age = () => {
    if (--this.#generations > 0) queueMicrotask(this.#age);
  };
}

const steady = new TurnClock(() => performance.now());
const wall = new TurnClock(() => Date.now());

/** Milliseconds on the clock of `performance.now()`, as it was in this turn. */
export function turnTime(): number {
  return steady.now();
}

/** Milliseconds since the epoch, as it was in this turn. */
export function turnDate(): number {
  return wall.now();
}

/** Bytes that are read and looked at well before a turn is long. */
const LITTLE = 16 * 1024;

/** Bytes that one read counts for, besides those that it gave. */
const READ = 256;

let began = performance.now();
let read = 0;

/** Notes that a turn begins. */
export function beginTurn(): void {
  began = turnTime();
  read = 0;
}

/** Notes that so many bytes were read in this turn. */
export function noteRead(bytes: number): void {
  read += READ + bytes;
}

/** As {@link isLongTurn}, before more is read. Where little was, no clock is asked. */
export function isLongByReading(): boolean {
  return read > LITTLE && isLongTurn();
}

/** Whether the turn has taken so long that work which goes on for long should await {@link nextTurn}. */
export function isLongTurn(): boolean {
  return performance.now() - began > LONG;
}

/** Resolves in the next turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) =>
    setTimeout(() => {
      beginTurn();
      resolve();
    }, 0)
  );
}
