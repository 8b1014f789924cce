import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { entriesOf } from "../../system/folder.ts";
import { removeIfAllowed } from "../../system/remove_if_allowed.ts";
import { LockFile } from "./lock_file.ts";
import { pidFileOwner } from "./pid_file.ts";

/** The link in a run folder that says which file a daemon runs, with the daemon's name in it. */
const LINK_NAME = /^ldirectord\.(.+)\.file$/;

/**
 * The lock on a configuration file by its real path: one file has one daemon, by whatever name that was called. A link beside
 * the pid file, `ldirectord.NAME.file`, leads there, so that the daemon is found by every name of the file.
 */
export class ConfigurationLock {
  readonly #lock: LockFile;
  readonly #link: string;

  private constructor(lock: LockFile, link: string) {
    this.#lock = lock;
    this.#link = link;
  }

  /**
   * Returns the lock for the daemon with this pid file, or `undefined` when another daemon has it.
   *
   * @throws {Deno.errors.NotFound | Deno.errors.PermissionDenied} when it cannot be made.
   */
  static take(pidFile: string, file: string): ConfigurationLock | undefined {
    const link = pidFile.replace(/\.pid$/, ".file");
    // One that a daemon of this name left when it was killed would now pass for ours.
    removeIfAllowed(link);
    const lock = LockFile.take(configurationLockPath(pidFile, file));
    if (!lock) return undefined;
    try {
      Deno.symlinkSync(Deno.realPathSync(file), link);
    } catch (error) {
      lock.release();
      throw error;
    }
    return new ConfigurationLock(lock, link);
  }

  /** Removes the link and lets go of the lock. */
  release(): void {
    removeIfAllowed(this.#link);
    this.#lock.release();
  }
}

/** Returns the path of the lock on a configuration file, in the folder of the pid file. */
export function configurationLockPath(pidFile: string, file: string): string {
  const name = createHash("sha256").update(Deno.realPathSync(file)).digest("hex").slice(0, 16);
  return `${dirname(pidFile)}/ldirectord@${name}.lock`;
}

/** Returns the running daemon of that configuration file, whatever name it was called by. */
export function daemonFor(
  file: string,
  folders: readonly string[],
): { readonly name: string; readonly pid: number } | undefined {
  const path = realPath(file);
  if (path === undefined) return undefined;
  for (const folder of folders) {
    for (const { name: entry } of entriesOf(folder)) {
      const name = LINK_NAME.exec(entry)?.[1];
      if (name === undefined || linkTarget(`${folder}/${entry}`) !== path) continue;
      const owner = pidFileOwner(`${folder}/ldirectord.${name}.pid`);
      if (owner.state === "running") return { name, pid: owner.pid };
    }
  }
  return undefined;
}

function linkTarget(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined;
  }
}

function realPath(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined;
  }
}
