import { askOnce } from "../control/client.ts";
import { pidFileOwner } from "../daemon/pid_file.ts";
import type { StartOptions } from "./arguments.ts";
import { ExitStatus } from "./exit_status.ts";
import type { Instance } from "./instance.ts";
import { loadInstance } from "./load_instance.ts";
import { start } from "./start.ts";
import { stop } from "./stop.ts";

/** Stops and starts an instance. A configuration that could not be started leaves the running daemon alone. */
export async function restart(instance: Instance, options: StartOptions): Promise<ExitStatus> {
  if (pidFileOwner(instance.pidFile).state === "running") {
    const runnable = await loadInstance(instance, true);
    if (typeof runnable === "number") return runnable;
    const standby = options.standby || await isStandby(instance);
    const stopped = await stop(instance);
    if (stopped !== ExitStatus.done) return stopped;
    return await start(instance, { ...options, standby });
  }
  return await start(instance, options);
}

/** A restart is no reason to take the table from another director. */
async function isStandby({ socket }: Instance): Promise<boolean> {
  try {
    return (await askOnce(socket, "status", {})).daemon.state === "standby";
  } catch {
    // One that does not answer, or an older program, which knows no standby.
    return false;
  }
}

/** Restarts an instance that is running, and leaves a stopped one stopped. */
export async function tryRestart(instance: Instance, options: StartOptions): Promise<ExitStatus> {
  if (pidFileOwner(instance.pidFile).state !== "running") return ExitStatus.done;
  return await restart(instance, options);
}
