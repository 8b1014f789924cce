import { libc, outcome } from "./library.ts";

/** `CLOCK_MONOTONIC` of clock_gettime(2). */
const CLOCK_MONOTONIC = 1;

/** clock_gettime(2): microseconds since the machine's start, not counting the time that it slept. */
export function monotonicMicroseconds(): bigint {
  const time = new BigInt64Array(2);
  outcome(libc().clock_gettime(CLOCK_MONOTONIC, time));
  const [seconds, nanoseconds] = time;
  return seconds * 1_000_000n + nanoseconds / 1_000n;
}

/** `CLOCK_THREAD_CPUTIME_ID` of clock_gettime(2). */
const CLOCK_THREAD_CPUTIME_ID = 3;
const threadTime = new BigInt64Array(2);

/** clock_gettime(2): milliseconds of processor time that this thread has used. */
export function threadMilliseconds(): number {
  outcome(libc().clock_gettime(CLOCK_THREAD_CPUTIME_ID, threadTime));
  return Number(threadTime[0]) * 1000 + Number(threadTime[1]) / 1e6;
}
