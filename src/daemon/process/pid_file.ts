import { harmless } from "../../model/harmless_text.ts";
import { readKernelFile } from "../../system/kernel_file.ts";
import { removeIfAllowed } from "../../system/remove_if_allowed.ts";
import { LockFile } from "./lock_file.ts";
import { writeAllSync } from "../../system/write_all.ts";

/** Milliseconds for which the lock is asked for while another process has it. */
const PATIENCE = 5_000;

/** Milliseconds within which a daemon that has taken its lock has written its pid file. */
const SETTLING = 50;

/** What a pid file, and the lock beside it, say of the daemon that wrote it. */
export type Owner =
  | { readonly state: "running"; readonly pid: number }
  /** The file is there, the daemon is not. */
  | { readonly state: "stale"; readonly pid?: number }
  | { readonly state: "none" };

/** A process that is no director has our lock. */
export class LockedOut extends Error {
  constructor(path: string) {
    const holder = LockFile.holder(path);
    const name = holder === undefined ? undefined : readKernelFile(`/proc/${holder}/comm`)?.trim();
    const process = holder === undefined
      ? "another process"
      : `process ${holder} (${name === undefined ? "ended" : harmless(name)})`;
    super(`${path} is locked by ${process}, which is not a director: end it, then start again`);
  }
}

/** A pid file that this process has, and the lock beside it, for as long as the process lives. */
export class PidFile {
  readonly #path: string;
  readonly #lock: LockFile;
  readonly #file: Deno.FsFile;

  private constructor(path: string, lock: LockFile) {
    this.#path = path;
    this.#lock = lock;
    this.#file = Deno.openSync(path, { write: true, create: true, truncate: true });
    // For tools that ask for it (pkill -L). Nothing of ours depends on it: any account that may read the file can lock it.
    this.#file.tryLockSync(true);
  }

  /**
   * Takes the pid file for this process.
   *
   * @returns the pid of the daemon that has it, when one does.
   * @throws {Deno.errors.NotFound | Deno.errors.PermissionDenied} when it cannot be written.
   * @throws {LockedOut} when a process that is no daemon keeps the lock.
   */
  static take(path: string): PidFile | number {
    for (const end = performance.now() + PATIENCE; performance.now() < end; pause()) {
      const owner = pidFileOwner(path);
      if (owner.state === "running") return owner.pid;
      const lock = LockFile.take(lockBeside(path));
      // Another process looks at it, or was faster, or removed the file under us: look again.
      if (!lock) continue;
      const taken = PidFile.#open(path, lock);
      try {
        writeAllSync(taken.#file, new TextEncoder().encode(`${Deno.pid}\n`));
        // Whatever our umask: monitoring is seldom root.
        Deno.chmodSync(path, 0o644);
        return taken;
      } catch (error) {
        // Without room for a pid in it, it would only pass for that of a daemon that died.
        taken.release();
        throw error;
      }
    }
    throw new LockedOut(lockBeside(path));
  }

  /** Removes the pid file of a daemon that died. */
  static clear(path: string): void {
    const lock = LockFile.take(lockBeside(path));
    if (lock) PidFile.#open(path, lock).release();
  }

  static #open(path: string, lock: LockFile): PidFile {
    try {
      return new PidFile(path, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Removes the pid file, or empties it where this account may not remove it, and lets go of the lock. */
  release(): void {
    this.#file.truncateSync();
    this.#file.close();
    removeIfAllowed(this.#path);
    this.#lock.release();
  }
}

/**
 * Returns which daemon runs by this pid file. Ours have a lock beside it. A pid without a lock, and one where we may not look
 * at the lock, counts only if the process is an ldirectord, so that a reused pid is not taken for a daemon, and the Perl
 * program is seen running during a migration.
 */
export function pidFileOwner(path: string): Owner {
  for (const end = performance.now() + SETTLING;;) {
    const text = readPid(path);
    const pid = text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
    const lock = LockFile.state(lockBeside(path));
    if (pid !== undefined && (lock === "held" ? hasLock(path, pid) : runsLdirectord(pid))) {
      return { state: "running", pid };
    }
    // The lock was just taken, and the file has no pid yet, or that of the daemon before? Not for long.
    if (lock === "held" && performance.now() < end) continue;
    // A daemon that runs as another account than root may not remove its file at its end, and leaves it empty.
    const isLeft = text === undefined || (text === "" && lock !== "held");
    return isLeft ? { state: "none" } : { state: "stale", pid };
  }
}

/** What the file has; `undefined` when there is none. */
function readPid(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether that process has the lock, which is held. In a container the kernel may not name the process. */
function hasLock(path: string, pid: number): boolean {
  const holder = LockFile.holder(lockBeside(path));
  return holder === undefined ? runsLdirectord(pid) : holder === pid;
}

function lockBeside(path: string): string {
  return `${path.replace(/\.pid$/, "")}.lock`;
}

/** Rests for a moment; what takes the pid file has nothing else to do meanwhile. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

/** Whether the process is an ldirectord: ours, or the old program under perl, with or without options before the script. */
function runsLdirectord(pid: number): boolean {
  if (pid === Deno.pid) return false;
  const words = readKernelFile(`/proc/${pid}/cmdline`)?.split("\0") ?? [""];
  const program = /(^|\/)perl[\d.]*$/.test(words[0]) ? words.slice(1).find((word) => !word.startsWith("-")) : words[0];
  return /(^|\/)ldirectord$/.test(program ?? "");
}
