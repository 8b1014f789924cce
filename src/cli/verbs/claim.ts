import { ConfigurationLock, configurationLockPath, daemonFor } from "../../daemon/process/configuration_lock.ts";
import { LockedOut, PidFile } from "../../daemon/process/pid_file.ts";
import { type Instance, runFolders } from "../base/instance.ts";
import { alreadyRunning } from "./already_running.ts";
import { notStarted } from "./not_started.ts";

/** Milliseconds for which the lock on the configuration file is asked for while no daemon is found that has it. */
const LOCK_PATIENCE = 5_000;

/** What only one daemon of an instance has: the pid file, and the lock on the configuration file. */
export class Claim {
  readonly #pidFile: PidFile;
  readonly #lock: ConfigurationLock;

  private constructor(pidFile: PidFile, lock: ConfigurationLock) {
    this.#pidFile = pidFile;
    this.#lock = lock;
  }

  /**
   * Takes both for this process.
   *
   * @throws {ExitWith} where another daemon has one of them, or it cannot be written.
   */
  static async take(instance: Instance): Promise<Claim> {
    const pidFile = takePidFile(instance);
    try {
      return new Claim(pidFile, await lockConfiguration(instance));
    } catch (error) {
      pidFile.release();
      throw error;
    }
  }

  /** Gives both back. */
  release(): void {
    this.#lock.release();
    this.#pidFile.release();
  }
}

function takePidFile(instance: Instance): PidFile {
  const taken = takenPidFile(instance);
  if (typeof taken === "number") throw alreadyRunning(instance, taken);
  return taken;
}

/** Returns the pid file, or the pid of the daemon that has it. */
function takenPidFile({ pidFile }: Instance): PidFile | number {
  try {
    return PidFile.take(pidFile);
  } catch (error) {
    if (error instanceof LockedOut) throw notStarted(`cannot start: ${error.message}`);
    const why = error instanceof Deno.errors.PermissionDenied
      ? "permission denied; run as root"
      : (error as Error).message;
    throw notStarted(`cannot write the pid file ${pidFile}: ${why}`);
  }
}

/** Takes the lock on the configuration file, which a daemon that was called by another of the file's names may have. */
async function lockConfiguration(instance: Instance): Promise<ConfigurationLock> {
  const { file, pidFile } = instance;
  for (const end = performance.now() + LOCK_PATIENCE; performance.now() < end; await moment()) {
    const lock = takenLock(instance);
    if (lock) return lock;
    // It leaves its link behind the lock: for a moment it may not be found.
    const daemon = daemonFor(file, runFolders());
    if (daemon) throw alreadyRunning(instance, daemon.pid);
  }
  throw notStarted(`cannot start: ${new LockedOut(configurationLockPath(pidFile, file)).message}`);
}

function takenLock({ file, pidFile }: Instance): ConfigurationLock | undefined {
  try {
    return ConfigurationLock.take(pidFile, file);
  } catch (error) {
    throw notStarted(`cannot lock the configuration ${file}: ${(error as Error).message}`);
  }
}

function moment(): Promise<void> {
  return new Promise((wake) => setTimeout(wake, 20));
}
