import type { VirtualClock } from "./virtual_clock.ts";

/** Violations that are kept of one run. */
const MOST = 20;

/** What has happened in a run, and which promises were broken. */
export class Timeline {
  readonly lines: string[] = [];
  readonly violations: string[] = [];
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Adds a line with the time. */
  note(text: string): void {
    this.lines.push(`${(this.#clock.now() / 1000).toFixed(2).padStart(7)} ${text}`);
  }

  /** Adds a promise that was broken. */
  violate(text: string): void {
    const line = `at ${(this.#clock.now() / 1000).toFixed(2)} s: ${text}`;
    if (this.violations.length < MOST) this.violations.push(line);
    this.note(`VIOLATION ${text}`);
  }
}
