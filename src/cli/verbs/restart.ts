import { pidFileOwner } from "../../daemon/process/pid_file.ts";
import type { StartOptions } from "../base/arguments.ts";
import { daemonState } from "./daemon_state.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { findInstance, type Instance } from "../base/instance.ts";
import { loadInstance } from "../base/load_instance.ts";
import { start } from "./start.ts";
import { stop } from "./stop.ts";

/** Stops and starts an instance. A configuration that could not be started leaves the running daemon alone. */
export async function restart(instance: Instance, options: StartOptions): Promise<ExitStatus> {
  if (pidFileOwner(instance.pidFile).state === "running") {
    await loadInstance(instance, { quiet: true });
    // A restart is no reason to take the table from another director.
    const standby = options.standby || await daemonState(instance) === "standby";
    const stopped = await stop(instance);
    if (stopped !== ExitStatus.done) return stopped;
    // It may have run under another of the file's names; from now on it has the one that it is called by.
    return await start(findInstance(instance.name), { ...options, standby });
  }
  return await start(instance, options);
}

/** Restarts an instance that is running, and leaves a stopped one stopped. */
export async function tryRestart(instance: Instance, options: StartOptions): Promise<ExitStatus> {
  if (pidFileOwner(instance.pidFile).state !== "running") return ExitStatus.done;
  return await restart(instance, options);
}
