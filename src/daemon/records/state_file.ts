/**
 * Small files in which the daemon keeps what is to outlive it. They are replaced as a whole, so that a crash in the
 * middle leaves the old one.
 */

import { dirname } from "node:path";
import { writeAll } from "../../system/write_all.ts";

/**
 * What was last written there; `undefined` when nothing was. A file that cannot be parsed is moved aside, and lost for us,
 * not for the operator.
 *
 * @throws {Error} with what an operator should know.
 */
export function readState(path: string): unknown {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new Error(`${path} cannot be read: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    Deno.renameSync(path, `${path}.broken`);
    throw new Error(`${path} made no sense and is now ${path}.broken`);
  }
}

/**
 * Replaces what is there, one write of a path after the other. Only the caller waits for the disk.
 *
 * @throws {Deno.errors.PermissionDenied | Error} of the file system.
 */
export async function writeState(path: string, value: unknown): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const next = `${path}.new`;
  const file = await Deno.open(next, { write: true, create: true, truncate: true, mode: 0o600 });
  try {
    await writeAll(file, new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`));
    await file.sync();
  } finally {
    file.close();
  }
  await Deno.rename(next, path);
}

/** A file of {@link writeState} that is written one time after the other: what is given last is what stays. */
export class StateFile {
  readonly #path: string | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** @param path absent = nothing is written. */
  constructor(path: string | undefined) {
    this.#path = path;
  }

  /**
   * Writes what there is to be kept when its turn comes.
   *
   * @throws {Error} of the file system.
   */
  write(value: () => unknown): Promise<void> {
    const path = this.#path;
    if (path === undefined) return Promise.resolve();
    const write = () => writeState(path, value());
    this.#writing = this.#writing.then(write, write);
    return this.#writing;
  }
}
