/**
 * Deadlines, thousands of them, by one timer: nearly all are cancelled in time, and Deno keeps a cancelled timer
 * until it would have rung, which at 500 rounds a second is tens of megabytes.
 */

/** Milliseconds to which deadlines are rounded up, so that those of one moment share a wake-up. */
const GRAIN = 20;

/**
 * Milliseconds by which the timer may ring late. More than that and we were stopped, or kept from running: nobody knows
 * how much of their time the conversations had, so each gets it anew.
 */
const OVERSLEPT = 1000;

interface Deadline {
  /** On the clock of `performance.now()`. */
  at: number;
  /** Milliseconds that it was set for. */
  readonly allowed: number;
  readonly onPassed: () => void;
}

/** By slot; freed slots are used again. (Not a Set: see wire/readiness.ts for what one that changes so often costs.) */
const pending: (Deadline | undefined)[] = [];
const free: number[] = [];
let timer: number | undefined;
/** When the timer rings: with the earliest pending deadline, or earlier where that one was cancelled. */
let ringsAt = Infinity;

/** Calls `onPassed` in so many milliseconds, unless what it returns is called before. */
export function setDeadline(milliseconds: number, onPassed: () => void): () => void {
  const at = Math.ceil((performance.now() + milliseconds) / GRAIN) * GRAIN;
  const deadline = { at, allowed: milliseconds, onPassed };
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

function ringAt(at: number): void {
  clearTimeout(timer);
  ringsAt = at;
  timer = at === Infinity ? undefined : setTimeout(ring, at - performance.now());
}

function ring(): void {
  const now = performance.now();
  const late = now - ringsAt;
  if (late > OVERSLEPT) {
    for (const deadline of pending) if (deadline) deadline.at = now + deadline.allowed;
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
