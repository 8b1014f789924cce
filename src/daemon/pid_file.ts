import { readKernelFile } from "../system/kernel_file.ts";

/** What a pid file says of the daemon that wrote it. */
export type Owner =
  | { readonly state: "running"; readonly pid: number }
  /** The file is there, the daemon is not. */
  | { readonly state: "stale"; readonly pid?: number }
  | { readonly state: "none" };

/** A pid file that this process holds: locked (flock(2)) for as long as the process lives. */
export class PidFile {
  readonly #path: string;
  readonly #file: Deno.FsFile;

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  /**
   * Takes the pid file for this process.
   *
   * @returns the pid of the daemon that holds it, when one does.
   * @throws {Deno.errors.NotFound | Deno.errors.PermissionDenied} when it cannot be written.
   */
  static take(path: string): PidFile | number {
    for (;;) {
      const before = pidFileOwner(path);
      if (before.state === "running") return before.pid;
      const file = Deno.openSync(path, { create: true, read: true, write: true, mode: 0o644 });
      if (!file.tryLockSync(true) || !isAt(path, file)) {
        // Another one was faster, or removed the file under us: look again.
        file.close();
        continue;
      }
      // Whatever our umask: monitoring is seldom root.
      Deno.chmodSync(path, 0o644);
      file.truncateSync();
      file.writeSync(new TextEncoder().encode(`${Deno.pid}\n`));
      return new PidFile(path, file);
    }
  }

  /** Removes the file and lets go of it. */
  release(): void {
    if (isAt(this.#path, this.#file)) Deno.removeSync(this.#path);
    this.#file.close();
  }
}

/**
 * Who runs by this pid file. Our daemons hold a lock on theirs; a pid without a lock counts only if the
 * process is an ldirectord, so that a reused pid fools nobody and the old program is seen running during a migration.
 */
export function pidFileOwner(path: string): Owner {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { state: "none" };
    throw error;
  }
  try {
    const text = Deno.readTextFileSync(path).trim();
    const pid = /^\d+$/.test(text) ? Number(text) : undefined;
    const locked = !file.tryLockSync(true);
    if (pid !== undefined && (locked || runsLdirectord(pid))) return { state: "running", pid };
    return { state: "stale", pid };
  } finally {
    file.close();
  }
}

/** Whether the process is an ldirectord: ours, or the old program under perl, with or without options before the script. */
function runsLdirectord(pid: number): boolean {
  if (pid === Deno.pid) return false;
  const words = readKernelFile(`/proc/${pid}/cmdline`)?.split("\0") ?? [""];
  const program = /(^|\/)perl[\d.]*$/.test(words[0]) ? words.slice(1).find((word) => !word.startsWith("-")) : words[0];
  return /(^|\/)ldirectord$/.test(program ?? "");
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
