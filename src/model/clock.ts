import { alarmAt } from "./alarms.ts";
import { turnTime } from "./turn.ts";

/** Time, as far as rules depend on it; tests bring their own. */
export interface Clock {
  /** Milliseconds on a clock that never jumps. */
  now(): number;
  /** Calls back once after so many milliseconds. Gives a function that calls it off. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** The machine's monotonic clock, by turns. Calls back up to 8 ms late, but for what is to be done at once. */
export const systemClock: Clock = {
  now: turnTime,
  after: (milliseconds, callback) => {
    if (milliseconds > 0) return alarmAt(turnTime() + milliseconds, callback);
    const timer = setTimeout(callback, 0);
    return () => clearTimeout(timer);
  },
};
