/**
 * file: another program says by a file of this machine whether the server is well: it is there, and was modified lately.
 */

import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { inTenths } from "../model/tenths.ts";
import { modifiedAt, NoRegularFile } from "./file_look.ts";
import { down, up } from "./verdict.ts";

/** Looks when the file was modified. What hinders that says nothing of the server. */
export async function file({ file = "", maxAge }: CheckTarget, run: CheckRun): Promise<CheckResult> {
  run.trace(`* looking at ${file}`);
  try {
    const modified = await modifiedAt(file, run.signal);
    return judgeFile(file, modified === undefined ? undefined : (Date.now() - modified) / 1000, maxAge);
  } catch (error) {
    if (run.signal.aborted) throw error;
    return down("internal", `cannot look at ${file}: ${whyNot(error)}`);
  }
}

/** The verdict on a file that was modified so many seconds ago; `undefined` where there is none. */
export function judgeFile(path: string, seconds: number | undefined, maxAge: number | undefined): CheckResult {
  if (seconds === undefined) return down("reported", `${path} is not there`);
  // The clock may have been set back, or be another machine's.
  const age = Math.max(0, seconds);
  if (maxAge === undefined || age <= maxAge) return up(`${path} was modified ${inTenths(age)} s ago`);
  // Rounded up: it is never as old as it may be.
  const shown = Math.ceil(age * 10) / 10;
  return down("reported", `${path} was modified ${shown} s ago, and may be ${maxAge} s old`);
}

/** Why a file cannot be looked at, in words. */
export function whyNot(error: unknown): string {
  if (error instanceof NoRegularFile) return error.message;
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Error ? error.message : String(error);
}
