import type { CheckUser } from "./check_users.ts";
import type { LateCheck } from "./rounds.ts";

/** A check of which nothing is heard, though its deadline has passed, and who lives by it. */
export interface OverdueCheck extends LateCheck {
  readonly users: readonly CheckUser[];
}
