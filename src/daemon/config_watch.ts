/** What tells that a file may have changed without reading it. The time of the last status change no tool sets back. */
interface Stamp {
  readonly mtime: number | undefined;
  readonly ctime: number | undefined;
  readonly size: number;
  readonly inode: number | null;
}

/**
 * Notices that a file has changed. A change counts once the file has been left alone from one look to the next, so that
 * half of a file that is still being written is never taken for the whole.
 */
export class FileWatch {
  readonly #path: string;
  #settled: Stamp | undefined;
  #moving: Stamp | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#settled = stampOf(path);
  }

  /** Looks at the file. True when it has changed and come to rest since the last true. A missing file is no change. */
  look(): boolean {
    const now = stampOf(this.#path);
    if (!now || same(now, this.#settled)) {
      this.#moving = undefined;
      return false;
    }
    if (!same(now, this.#moving)) {
      this.#moving = now;
      return false;
    }
    this.#settled = now;
    this.#moving = undefined;
    return true;
  }
}

function stampOf(path: string): Stamp | undefined {
  try {
    const { mtime, ctime, size, ino } = Deno.statSync(path);
    return { mtime: mtime?.getTime(), ctime: ctime?.getTime(), size, inode: ino };
  } catch {
    return undefined;
  }
}

function same(a: Stamp, b: Stamp | undefined): boolean {
  return b !== undefined && a.mtime === b.mtime && a.ctime === b.ctime && a.size === b.size && a.inode === b.inode;
}
