import { waitInThread } from "../wire/transport/readiness.ts";

/** Prepares checks for a program that runs for long: few replies are waited for in a thread, which costs less than timers. */
export function prepareForLongRun(): void {
  waitInThread();
}
