import type { CheckDetail } from "../../control/status.ts";
import { type CheckKey, type CheckResult, couldNotBeMade, type FailureKind } from "../../model/check.ts";

/** Rounds with a duration that is remembered one by one. */
const RECENT = 60;

/** Upper ends of the duration histogram's buckets, in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What became of the rounds of one check since the daemon's start. */
export class CheckRecord {
  #rounds = 0;
  #seconds = 0;
  #streak = 0;
  #last: { readonly at: number; readonly ms: number } | undefined;
  readonly #failed = new Map<FailureKind, number>();
  readonly #buckets = new Float64Array(BUCKETS.length);
  /** A ring; NaN for rounds that failed. */
  readonly #recent = new Float32Array(RECENT);

  /** Counts a round that ended at that time (milliseconds since the epoch). */
  add(result: CheckResult, durationMs: number, at: number): void {
    this.#recent[this.#rounds++ % RECENT] = result.up ? durationMs : NaN;
    this.#last = { at, ms: durationMs };
    this.#seconds += durationMs / 1000;
    const bucket = BUCKETS.findIndex((end) => durationMs <= end * 1000);
    if (bucket >= 0) this.#buckets[bucket]++;
    if (result.up) this.#streak = 0;
    else if (!couldNotBeMade(result)) this.#streak++;
    if (!result.up) this.#failed.set(result.why, (this.#failed.get(result.why) ?? 0) + 1);
  }

  /** The last round: when it ended, and what it took. */
  get last(): { readonly at: number; readonly ms: number } | undefined {
    return this.#last;
  }

  /** Failed rounds in a row until now. */
  get streak(): number {
    return this.#streak;
  }

  get rounds(): number {
    return this.#rounds;
  }

  /** Failed rounds by why. */
  get failed(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#failed);
  }

  /** What a graph is drawn from. */
  get detail(): CheckDetail {
    const count = Math.min(this.#rounds, RECENT);
    const recent = Array.from({ length: count }, (_, i) => {
      const ms = this.#recent[(this.#rounds - count + i) % RECENT];
      return Number.isNaN(ms) ? null : rounded(ms);
    });
    let rounds = 0;
    const buckets = BUCKETS.map((end, i) => [end, rounds += this.#buckets[i]] as const);
    return { recent, seconds: rounded(this.#seconds), buckets };
  }
}

/** The records of all checks. */
export class CheckRecords {
  readonly #records = new Map<CheckKey, CheckRecord>();

  /** The check's record; an empty one for a check that is new. */
  of(check: CheckKey): CheckRecord {
    let record = this.#records.get(check);
    if (!record) this.#records.set(check, record = new CheckRecord());
    return record;
  }

  /** The check's record as far as there is one; else an empty one, which is not kept. */
  find(check: CheckKey): CheckRecord {
    return this.#records.get(check) ?? new CheckRecord();
  }

  /** Forgets all other checks. */
  keep(checks: ReadonlySet<CheckKey>): void {
    for (const key of this.#records.keys()) if (!checks.has(key)) this.#records.delete(key);
  }
}

/** Microseconds are fine enough, and short to write. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
