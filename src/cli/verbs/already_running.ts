import { ExitStatus } from "../base/exit_status.ts";
import type { Instance } from "../base/instance.ts";

/** Says that a start has nothing to do. */
export function alreadyRunning(instance: Instance, pid: number): ExitStatus {
  console.error(`ldirectord for ${instance.file} is running with pid: ${pid}`);
  return ExitStatus.done;
}
