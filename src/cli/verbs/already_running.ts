import { ExitStatus } from "../base/exit_status.ts";
import { ExitWith } from "../base/exit_with.ts";
import type { Instance } from "../base/instance.ts";

/** Returns the end of a start that has nothing to do. */
export function alreadyRunning(instance: Instance, pid: number): ExitWith {
  return new ExitWith(ExitStatus.done, `ldirectord for ${instance.file} is running with pid: ${pid}`);
}
