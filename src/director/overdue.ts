import type { Check } from "../model/check.ts";
import type { CheckUser } from "./check_users.ts";

/** A check of which nothing is heard, though its deadline has passed. */
export interface OverdueCheck {
  readonly check: Check;
  readonly users: readonly CheckUser[];
  /** By how much. */
  readonly milliseconds: number;
}
