import { readKernelFile } from "../system/kernel_file.ts";

/** Milliseconds for which a pid file that somebody else uses is asked for. */
const PATIENCE = 5_000;

/** Milliseconds within which a daemon that has locked its pid file has written its pid into it. */
const SETTLING = 50;

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
   * @throws {Error} when a process keeps it locked and does not say who it is.
   */
  static take(path: string): PidFile | number {
    for (const end = performance.now() + PATIENCE; performance.now() < end; pause()) {
      const before = pidFileOwner(path);
      if (before.state === "running") return before.pid;
      const file = lock(path, { create: true, read: true, write: true, mode: 0o644 });
      // Where it is not given, somebody looks, another one was faster, or the file was removed under us: look again.
      if (!file) continue;
      const taken = new PidFile(path, file);
      try {
        // Whatever our umask: monitoring is seldom root.
        Deno.chmodSync(path, 0o644);
        file.writeSync(new TextEncoder().encode(`${Deno.pid}\n`));
        return taken;
      } catch (error) {
        // Without room for a pid in it, it would only pass for that of a daemon that died.
        taken.release();
        throw error;
      }
    }
    throw new Error("another process keeps it locked");
  }

  /** Removes the pid file of a daemon that died. */
  static clear(path: string): void {
    try {
      const file = lock(path, { read: true, write: true });
      if (file) new PidFile(path, file).release();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
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
  for (const end = performance.now() + SETTLING;;) {
    const seen = look(path);
    if (!seen) return { state: "none" };
    const { locked, pid } = seen;
    if (!locked) return pid !== undefined && runsLdirectord(pid) ? { state: "running", pid } : { state: "stale", pid };
    // Just taken, and the pid is none, or still that of the one before? Not for long.
    const settled = pid !== undefined && processExists(pid);
    if (settled || performance.now() > end) return pid === undefined ? { state: "stale" } : { state: "running", pid };
  }
}

/** What the file has; `undefined` when there is none. */
function look(path: string): { readonly locked: boolean; readonly pid?: number } | undefined {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    // Shared, so that those who look at the same time do not take each other for the daemon.
    const locked = !file.tryLockSync(false);
    const text = readAll(file).trim();
    return { locked, pid: /^\d+$/.test(text) ? Number(text) : undefined };
  } finally {
    file.close();
  }
}

/** Opens the pid file, locks it and empties it; `undefined` when the lock is not to be had, or the file is gone by then. */
function lock(path: string, options: Deno.OpenOptions): Deno.FsFile | undefined {
  const file = Deno.openSync(path, options);
  if (file.tryLockSync(true) && isAt(path, file)) {
    file.truncateSync();
    return file;
  }
  file.close();
  return undefined;
}

function readAll(file: Deno.FsFile): string {
  const bytes = new Uint8Array(64);
  return new TextDecoder().decode(bytes.subarray(0, file.readSync(bytes) ?? 0));
}

function processExists(pid: number): boolean {
  return readKernelFile(`/proc/${pid}/comm`) !== undefined;
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

/** Whether the open file is still the one at that path. */
function isAt(path: string, file: Deno.FsFile): boolean {
  try {
    const [there, here] = [Deno.statSync(path), file.statSync()];
    return there.ino === here.ino && there.dev === here.dev;
  } catch {
    return false;
  }
}
