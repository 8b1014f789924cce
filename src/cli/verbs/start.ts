import { isBackgroundProcess, startInBackground } from "../../daemon/process/background.ts";
import { pidFileOwner } from "../../daemon/process/pid_file.ts";
import { alreadyRunning } from "./already_running.ts";
import type { StartOptions } from "../base/arguments.ts";
import { daemonState } from "./daemon_state.ts";
import type { ExitStatus } from "../base/exit_status.ts";
import type { Instance } from "../base/instance.ts";
import { loadInstance } from "../base/load_instance.ts";
import { placeFor } from "./place.ts";
import { gone } from "./stop.ts";

/** Starts the daemon of an instance: in the background, or in this process when supervised, debugging or told so. */
export async function start(instance: Instance, options: StartOptions): Promise<ExitStatus> {
  const inBackground = isBackgroundProcess();
  const owner = pidFileOwner(instance.pidFile);
  if (owner.state === "running" && !await hasEnded(instance, owner.pid)) throw alreadyRunning(instance, owner.pid);

  const runnable = await loadInstance(instance, { quiet: inBackground, amended: true });
  const place = inBackground ? "background" : placeFor(options, runnable.model.supervised);
  if (place === "background" && !inBackground) {
    return await startInBackground(commandLine(instance, options), (pid) => runsAs(instance, pid));
  }
  const { runDaemon } = await import("./run_daemon.ts");
  return await runDaemon(instance, runnable, place, options.standby);
}

function runsAs({ pidFile }: Instance, pid: number): boolean {
  const owner = pidFileOwner(pidFile);
  return owner.state === "running" && owner.pid === pid;
}

/** Waits for the end of a daemon that has been told to stop; gives false at once where none has. */
async function hasEnded(instance: Instance, pid: number): Promise<boolean> {
  return await daemonState(instance) === "stopping" && await gone(instance, pid);
}

/** What starts this instance again, whatever command brought us here. */
function commandLine({ name }: Instance, { standby }: StartOptions): readonly string[] {
  return [...(standby ? ["--standby"] : []), "--", ...(name === undefined ? [] : [name]), "start"];
}
