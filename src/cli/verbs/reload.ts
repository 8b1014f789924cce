import { pidFileOwner } from "../../daemon/process/pid_file.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { hasConfiguration, type Instance, notFound } from "../base/instance.ts";
import { loadInstance } from "../base/load_instance.ts";
import { signalDaemon } from "../base/signal_daemon.ts";

/** Has a running daemon read its configuration again; a broken one is reported here and never sent. */
export async function reload(instance: Instance): Promise<ExitStatus> {
  const owner = pidFileOwner(instance.pidFile);
  if (owner.state !== "running") {
    console.error(hasConfiguration(instance) ? `ldirectord is stopped for ${instance.file}` : notFound(instance));
    return ExitStatus.notDone;
  }
  await loadInstance(instance);
  return signalDaemon(owner.pid, "SIGHUP") ? ExitStatus.done : ExitStatus.notDone;
}
