/**
 * What is asked of a page of JSON.
 */

import type { Pattern } from "./pattern.ts";

/** What `receive = json:PATH OPERATOR VALUE` asks of a page. */
export interface JsonCondition {
  /** As the configuration has it, with `json:`. */
  readonly source: string;
  /** The path as written: `.checks.db.up`, `.items[0]`; `.` is the whole page. */
  readonly place: string;
  /** The same in steps: names in objects, numbers from 0 in lists. */
  readonly steps: readonly (string | number)[];
  /** Absent: the value must be there, and be neither false nor null. */
  readonly comparison?: JsonComparison;
}

/** What a value is compared with; by size only numbers are. */
export type JsonComparison =
  | { readonly operator: "==" | "!="; readonly value: string | number | boolean | null }
  | { readonly operator: "<" | "<=" | ">" | ">="; readonly value: number }
  | { readonly operator: "=~"; readonly value: Pattern };
