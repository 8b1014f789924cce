/**
 * What an answer is matched with.
 */

import type { Steps } from "./steps.ts";

/** A compiled expression of `receive` or `expect`. */
export interface Pattern {
  /** The expression as the configuration file has it. */
  readonly source: string;
  /** Whether the expression occurs in the text (one character per received byte). */
  matches(text: string): boolean;
  /** The same for a text that may be long: yields after each few milliseconds of work. */
  search(text: string): Steps<boolean>;
}
