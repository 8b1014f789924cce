import type { CheckUser } from "./check_users.ts";
import type { LateCheck } from "./rounds.ts";

/** A check without a result, though its deadline has passed, and the real servers that it decides. */
export interface OverdueCheck extends LateCheck {
  readonly users: readonly CheckUser[];
}
