import { PidFile, pidFileOwner } from "../../daemon/process/pid_file.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { hasConfiguration, type Instance, notFound } from "../base/instance.ts";
import { signalDaemon } from "../base/signal_daemon.ts";

/** Milliseconds that a daemon gets to clean up after TERM. */
const PATIENCE = 60_000;

/** Milliseconds between looks whether it is gone. */
const LOOK = 50;

/** Stops the daemon of an instance and waits until it is gone. Needs no readable configuration. */
export async function stop(instance: Instance): Promise<ExitStatus> {
  const owner = pidFileOwner(instance.pidFile);
  if (owner.state === "stale") PidFile.clear(instance.pidFile);
  if (owner.state === "none" && !hasConfiguration(instance)) console.error(notFound(instance));
  if (owner.state !== "running") return ExitStatus.done;

  signalDaemon(owner.pid, "SIGTERM");
  if (await gone(instance, owner.pid)) return ExitStatus.done;
  signalDaemon(owner.pid, "SIGKILL");
  console.error(
    `ldirectord for ${instance.file}: pid ${owner.pid} did not stop within ${PATIENCE / 1000} s and was killed;` +
      " its virtual services may still be in the kernel's table (ipvsadm -L -n)",
  );
  if (!await gone(instance, owner.pid)) return ExitStatus.notDone;
  PidFile.clear(instance.pidFile);
  return ExitStatus.done;
}

/** Waits until that daemon of an instance is gone, for a minute; gives false when it is still there then. */
export async function gone(instance: Instance, pid: number): Promise<boolean> {
  for (const end = performance.now() + PATIENCE; performance.now() < end;) {
    const owner = pidFileOwner(instance.pidFile);
    if (owner.state !== "running" || owner.pid !== pid) return true;
    await new Promise((wake) => setTimeout(wake, LOOK));
  }
  return false;
}
