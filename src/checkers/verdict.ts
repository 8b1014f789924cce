/**
 * How checkers say what they found.
 */

import type { AskedWeight, CheckResult, CheckTarget, FailureKind } from "../model/check.ts";

/** The server is well; `detail` says what it answered, and `weight` what it asks for. */
export function up(detail: string, weight?: AskedWeight): CheckResult {
  return { up: true, detail, weight };
}

/** The server is not well, or could not be asked (`why` = "internal"). */
export function down(why: FailureKind, detail: string): CheckResult {
  return { up: false, why, detail };
}

/** The rule of `receive`: `text` (one character a byte) must contain it; where it is unset, anything passes. */
export function judgeReply(target: CheckTarget, text: string, detail: string): CheckResult {
  if (!target.receive || target.receive.matches(text)) return up(detail);
  return down("mismatch", `reply does not match receive: /${target.receive.source}/`);
}
