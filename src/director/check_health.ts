/**
 * What the rounds of one check say of one real server, counted by the rules of its virtual service. Pure.
 *
 * | the check says | and the round  | then                                              |
 * | -------------- | -------------- | ------------------------------------------------- |
 * | up             | passed         | up, failures 0                                    |
 * | up             | failed         | up, failures + 1; down at `failurecount`          |
 * | down           | passed         | down, passes + 1; up at `risecount`               |
 * | down           | failed         | down, passes 0, with the newest reason            |
 * | nothing yet    | passed, failed | |up, down: one that was never found dead proves nothing ||
 * | anything       | could not be   | the same, and why it cannot be made: that is our   |
 * |                | made           | trouble, and says nothing of the server            |
 * | anything       | an agent gave  | the same for `agenthold`, then as if there were no |
 * |                | no answer      | agent; at once, where it has never spoken          |
 */

import { type AskedWeight, type Check, type CheckResult, couldNotBeMade } from "../model/check.ts";
import type { VirtualService } from "../model/virtual_service.ts";

/** One check's view of a real server. */
export interface CheckHealth {
  readonly up: boolean;
  /** False until the first round has said something. */
  readonly verified: boolean;
  /** Failed rounds in a row. */
  readonly failures: number;
  /** Passed rounds in a row while it is down. */
  readonly passes: number;
  /** One line: what the last deciding round said. */
  readonly reason: string;
  /** Why the last round could not be made; absent when it could. */
  readonly trouble?: string;
  /** What the last passed round asked for. */
  readonly weight?: AskedWeight;
  /** Since when an agent that had spoken gives no answer, in milliseconds of the director's clock. */
  readonly silentSince?: number;
}

/** What is said next replaces it. */
const NO_REASON = "";

/** Returns the view of a check that has not run yet. */
export function unverified(up: boolean, reason: string): CheckHealth {
  return { up, verified: false, failures: 0, passes: 0, reason };
}

/** The view after a round that ended at that time. The very same object when nothing changed. */
export function reduceCheck(
  before: CheckHealth,
  result: CheckResult,
  virtual: VirtualService,
  at: number,
): CheckHealth {
  if (couldNotBeMade(result)) {
    return before.trouble === result.detail ? before : { ...before, trouble: result.detail };
  }
  const { trouble, ...rest } = before;
  const known = trouble === undefined ? before : rest;
  if (result.up && result.isSilent && known.verified) return hold(known, result, virtual, at);
  return result.up ? pass(spoken(known), result, virtual) : fail(spoken(known), result.detail, virtual);
}

/** An agent gives no answer. What never asked for anything has nothing that could hold. */
function hold(before: CheckHealth, result: Passed, virtual: VirtualService, at: number): CheckHealth {
  if (before.up && !before.weight) return pass(before, result, virtual);
  const since = before.silentSince ?? at;
  if (at - since >= virtual.agentHold * 1000) {
    return { up: true, verified: true, failures: 0, passes: 0, reason: result.detail };
  }
  if (before.silentSince !== undefined) return before;
  return { ...before, reason: `${before.reason} (no answer since: ${result.detail})`, silentSince: since };
}

/** The view of an agent that speaks again: what it says is news in any case. */
function spoken(view: CheckHealth): CheckHealth {
  if (view.silentSince === undefined) return view;
  const { silentSince: _, ...rest } = view;
  return { ...rest, reason: NO_REASON };
}

/**
 * Returns what a round says of the server. An agent's counts against it only where the server itself says so: one that cannot
 * be asked, or says nothing that is understood, is silent. A weight file never counts against it.
 */
export function verdictOf({ method }: Pick<Check, "method">, result: CheckResult): CheckResult {
  if (method === "weightfile" && !result.up) {
    return { up: true, detail: `the configured weight holds; ${result.detail}`, warning: result.detail };
  }
  if (method !== "agent" || result.up || result.why === "reported") return result;
  return { up: true, detail: result.detail, isSilent: true };
}

/** Whether it is open if the verdict changes: the rounds so far point there, and do not suffice. */
export function isUndecided(check: CheckHealth): boolean {
  return check.verified && (check.up ? check.failures > 0 : check.passes > 0);
}

function pass(before: CheckHealth, result: Passed, { riseCount }: VirtualService): CheckHealth {
  const { detail: reason, weight } = result;
  const saidAnew = result.warning !== undefined && before.reason !== reason;
  const settled = before.up && before.verified && before.failures === 0 && before.reason !== NO_REASON && !saidAnew;
  if (settled && sameWeight(before.weight, weight)) return before;
  const passes = before.passes + 1;
  if (!before.up && before.verified && passes < riseCount) {
    return { ...before, passes, reason: `${reason} (${passes} of ${riseCount} checks passed)` };
  }
  return { up: true, verified: true, failures: 0, passes: 0, reason, weight };
}

type Passed = Extract<CheckResult, { up: true }>;

function sameWeight(a: AskedWeight | undefined, b: AskedWeight | undefined): boolean {
  if (!a || !b) return a === b;
  return "percent" in a ? "percent" in b && a.percent === b.percent : "absolute" in b && a.absolute === b.absolute;
}

function fail(before: CheckHealth, reason: string, { failureCount }: VirtualService): CheckHealth {
  const failures = before.failures + 1;
  if (before.up && failures < failureCount) {
    return { ...before, verified: true, failures, reason: before.reason === NO_REASON ? reason : before.reason };
  }
  const unchanged = !before.up && before.verified && before.passes === 0 && before.reason === reason;
  return unchanged ? before : { up: false, verified: true, failures, passes: 0, reason };
}
