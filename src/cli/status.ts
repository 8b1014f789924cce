import { pidFileOwner } from "../daemon/pid_file.ts";
import { ExitStatus } from "./exit_status.ts";
import { hasConfiguration, type Instance } from "./instance.ts";

/** Says whether the daemon of an instance runs, in the words and on the streams that heartbeat and scripts know. */
export function status(instance: Instance): ExitStatus {
  const owner = pidFileOwner(instance.pidFile);
  if (owner.state === "running") {
    console.error(`ldirectord for ${instance.file} is running with pid: ${owner.pid}`);
    return ExitStatus.done;
  }
  if (!hasConfiguration(instance)) {
    console.error(`Config file ${instance.name ?? instance.file} not found`);
    return ExitStatus.notDone;
  }
  console.log(`ldirectord is stopped for ${instance.file}`);
  if (owner.state === "none") return ExitStatus.stopped;
  console.error(`ldirectord stale pid file ${instance.pidFile} for ${instance.file}`);
  return ExitStatus.stale;
}
