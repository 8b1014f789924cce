import { createHash } from "node:crypto";

/** What tells that a file may have changed without reading it. The time of the last status change no tool sets back. */
interface Stamp {
  readonly mtime: number | undefined;
  readonly ctime: number | undefined;
  readonly size: number;
  readonly inode: number | null;
}

/**
 * Notices that a file's content has changed: two directors that copy it to each other whenever it changes would otherwise
 * never come to rest. A change counts once the file has been left alone from one look to the next, so that half of a file
 * that is still being written is never taken for the whole.
 */
export class FileWatch {
  readonly #path: string;
  #settled: Stamp | undefined;
  #moving: Stamp | undefined;
  #content: string | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#settled = stampOf(path);
    this.#content = fingerprintOf(path);
  }

  /**
   * Looks at the file. Returns true when it has another content than at the last true, and has come to rest. A missing file
   * is no change.
   */
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
    const content = fingerprintOf(this.#path);
    if (content === undefined || content === this.#content) return false;
    this.#content = content;
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

/** The same for the same content; `undefined` of what cannot be read, and of a pipe, which may have no writer. */
function fingerprintOf(path: string): string | undefined {
  try {
    return Deno.statSync(path).isFile
      ? createHash("sha256").update(Deno.readFileSync(path)).digest("base64")
      : undefined;
  } catch {
    return undefined;
  }
}

function same(a: Stamp, b: Stamp | undefined): boolean {
  return b !== undefined && a.mtime === b.mtime && a.ctime === b.ctime && a.size === b.size && a.inode === b.inode;
}
