import { createHash } from "node:crypto";
import { type IncludePattern, inFolder, isWild, matching } from "../../config/include_pattern.ts";
import { entriesOf } from "../../system/folder.ts";

/** What tells that a file may have changed without reading it. The time of the last status change no tool sets back. */
interface Stamp {
  readonly mtime: number | undefined;
  readonly ctime: number | undefined;
  readonly size: number;
  readonly inode: number | null;
}

/**
 * Notices that the content of a configuration's files has changed, or that there are others: two directors that copy them to
 * each other whenever they change would otherwise never come to rest. A change counts once the files have been left alone from
 * one look to the next, so that half of a file that is still being written is never taken for the whole.
 */
export class FileWatch {
  readonly #path: string;
  #patterns: readonly IncludePattern[] = [];
  #settled: Stamps;
  #moving: Stamps | undefined;
  /** A fingerprint of each file that can be read. */
  #contents: ReadonlyMap<string, string>;

  /** @param patterns the files that it includes. */
  constructor(path: string, patterns: readonly IncludePattern[] = []) {
    this.#path = path;
    this.#patterns = patterns;
    this.#settled = this.#stamps();
    this.#contents = fingerprintsOf(this.#settled.keys());
  }

  /** Watches what these patterns mean from now on. Files that are watched already keep what is known of them. */
  follow(patterns: readonly IncludePattern[]): void {
    this.#patterns = patterns;
    const now = this.#stamps();
    const known = this.#contents;
    const added = fingerprintsOf([...now.keys()].filter((path) => !this.#settled.has(path)));
    this.#settled = new Map(Array.from(now, ([path, stamp]) => [path, this.#settled.get(path) ?? stamp]));
    this.#contents = new Map([...[...known].filter(([path]) => now.has(path)), ...added]);
  }

  /**
   * Looks at the files. Returns the path of one that has another content than at the last time that this returned one, or has
   * come or gone, when all have come to rest; else `undefined`. While a file is missing that must be there, nothing has changed.
   */
  look(): string | undefined {
    const now = this.#stamps();
    if (this.#isIncomplete(now) || same(now, this.#settled)) {
      this.#moving = undefined;
      return undefined;
    }
    if (!this.#moving || !same(now, this.#moving)) {
      this.#moving = now;
      return undefined;
    }
    this.#settled = now;
    this.#moving = undefined;
    const before = this.#contents;
    const contents = fingerprintsOf(now.keys());
    if ([...now.keys()].some((path) => before.has(path) && !contents.has(path))) return undefined;
    this.#contents = contents;
    return [...contents.keys()].find((path) => contents.get(path) !== before.get(path)) ??
      [...before.keys()].find((path) => !contents.has(path));
  }

  /** Whether a file that is named without a wildcard is missing, as while it is replaced. */
  #isIncomplete(now: Stamps): boolean {
    const named = this.#patterns.filter((pattern) => !isWild(pattern)).map((pattern) =>
      inFolder(pattern, pattern.name)
    );
    return [this.#path, ...named].some((path) => this.#settled.has(path) && !now.has(path)) || !now.has(this.#path);
  }

  #stamps(): Stamps {
    const paths = [this.#path, ...this.#patterns.flatMap(filesOf)];
    return new Map(paths.flatMap((path) => {
      const stamp = stampOf(path);
      return stamp ? [[path, stamp] as const] : [];
    }));
  }
}

type Stamps = ReadonlyMap<string, Stamp>;

function filesOf(pattern: IncludePattern): readonly string[] {
  if (!isWild(pattern)) return [inFolder(pattern, pattern.name)];
  const names = entriesOf(pattern.folder).filter(({ isDirectory }) => !isDirectory).map(({ name }) => name);
  return matching(pattern, names).map((name) => inFolder(pattern, name));
}

function fingerprintsOf(paths: Iterable<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const path of paths) {
    const fingerprint = fingerprintOf(path);
    if (fingerprint !== undefined) found.set(path, fingerprint);
  }
  return found;
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

function same(a: Stamps, b: Stamps): boolean {
  return a.size === b.size && [...a].every(([path, stamp]) => isSame(stamp, b.get(path)));
}

function isSame(a: Stamp, b: Stamp | undefined): boolean {
  return b !== undefined && a.mtime === b.mtime && a.ctime === b.ctime && a.size === b.size && a.inode === b.inode;
}
