/**
 * How checkers say what they found.
 */

import type { AskedWeight, CheckResult, CheckTarget, FailureKind } from "../model/check.ts";
import type { Pattern } from "../model/pattern.ts";
import { inTurns } from "../model/steps.ts";
import { isLongTurn, nextTurn } from "../model/turn.ts";

/** The server is well; `detail` says what it answered, and `weight` what it asks for. */
export function up(detail: string, weight?: AskedWeight): CheckResult {
  return { up: true, detail, weight };
}

/** The server is not well, or could not be asked (`why` = "internal"). */
export function down(why: FailureKind, detail: string): CheckResult {
  return { up: false, why, detail };
}

/** Characters of a text that no expression takes a millisecond for. */
const SHORT = 1024;

/** Whether the expression occurs in a text, which may be long: other checks go on meanwhile. */
export function matches(receive: Pattern, text: string): boolean | Promise<boolean> {
  return text.length <= SHORT && !isLongTurn() ? receive.matches(text) : matchesInSlices(receive, text);
}

async function matchesInSlices(receive: Pattern, text: string): Promise<boolean> {
  if (isLongTurn()) await nextTurn();
  return await inTurns(receive.search(text));
}

/** The rule of `receive`: `text` (one character a byte) must contain it; where it is unset, anything passes. */
export async function judgeReply(target: CheckTarget, text: string, detail: string): Promise<CheckResult> {
  if (!target.receive || await matches(target.receive, text)) return up(detail);
  return down("mismatch", `reply does not match receive: /${target.receive.source}/`);
}
