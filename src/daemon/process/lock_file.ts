import { readKernelFile } from "../../system/kernel_file.ts";
import { removeIfAllowed } from "../../system/remove_if_allowed.ts";

/** Whether a lock is held; `unknown` where we may not open its file. */
export type LockState = "held" | "free" | "unknown";

/**
 * A file that is locked (flock(2)) for as long as the process that has it lives. Only its owner can open it: a lock on a file
 * that others can read is one that others can hold.
 */
export class LockFile {
  readonly #path: string;
  readonly #file: Deno.FsFile;

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  /**
   * Returns the lock, or `undefined` when another process has it or looks at it at this moment.
   *
   * @throws {Deno.errors.NotFound | Deno.errors.PermissionDenied} when the file cannot be made or opened.
   */
  static take(path: string): LockFile | undefined {
    removeIfShared(path);
    const file = Deno.openSync(path, { create: true, read: true, write: true, mode: 0o600 });
    if (file.tryLockSync(true) && isAt(path, file)) return new LockFile(path, file);
    file.close();
    return undefined;
  }

  /** Returns whether a process has the lock. */
  static state(path: string): LockState {
    try {
      const file = Deno.openSync(path, { read: true });
      // Shared, so that processes that look at the same time do not see each other.
      const isFree = file.tryLockSync(false);
      file.close();
      return isFree ? "free" : "held";
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "free";
      if (error instanceof Deno.errors.PermissionDenied) return "unknown";
      throw error;
    }
  }

  /** Returns the pid of the process that has the lock, where the kernel says so (proc(5), /proc/locks). */
  static holder(path: string): number | undefined {
    const file = fileId(path);
    const locks = readKernelFile("/proc/locks")?.split("\n") ?? [];
    const fields = locks.map((line) => line.trim().split(/\s+/));
    const [, , , , pid] = fields.find(([, kind, , , , id]) => kind === "FLOCK" && id === file) ?? [];
    return pid === undefined || Number(pid) <= 0 ? undefined : Number(pid);
  }

  /** Removes the file and lets go of it. */
  release(): void {
    if (isAt(this.#path, this.#file)) removeIfAllowed(this.#path);
    this.#file.close();
  }
}

/** Removes a file that others than its owner may open: a lock on it says nothing of a daemon. */
function removeIfShared(path: string): void {
  try {
    if ((Deno.lstatSync(path).mode ?? 0) & 0o077) Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** A file as /proc/locks names it: its device's two numbers in hexadecimal, and its inode. */
function fileId(path: string): string | undefined {
  try {
    const { dev, ino } = Deno.statSync(path);
    // Linux, include/linux/kdev_t.h: new_encode_dev.
    const major = (dev >>> 8) & 0xfff;
    const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00);
    const hex = (number: number) => number.toString(16).padStart(2, "0");
    return `${hex(major)}:${hex(minor)}:${ino}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether the open file is still the one at that path. */
function isAt(path: string, file: Deno.FsFile): boolean {
  try {
    const [there, here] = [Deno.statSync(path), file.statSync()];
    return there.ino === here.ino && there.dev === here.dev;
  } catch {
    return false;
  }
}
