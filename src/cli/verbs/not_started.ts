import { ExitStatus } from "../base/exit_status.ts";
import { ExitWith } from "../base/exit_with.ts";

/** Returns the end of a start that has failed. */
export function notStarted(why: string): ExitWith {
  return new ExitWith(ExitStatus.notDone, `ldirectord: ${why}`);
}
