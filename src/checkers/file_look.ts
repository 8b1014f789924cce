/**
 * Files of this machine that other programs write, looked at in a way that neither waits for ever nor piles up.
 */

import type { Ending } from "../model/ending.ts";

/** Bytes of a file that are read: what it says is in its first line. */
const MOST_READ = 4096;

/** What is there in place of a file that can be looked at. */
export class NoRegularFile extends Error {
  override readonly name = "NoRegularFile";
}

/** The looks under way. A path in a file system that hangs holds one of the runtime's threads, however many rounds come. */
const underWay = new Map<string, Promise<unknown>>();

/**
 * Returns when a file was modified, in milliseconds since the epoch; `undefined` where there is none.
 *
 * @throws {NoRegularFile} where something else is there, and what the system says where it cannot be looked at.
 */
export function modifiedAt(path: string, signal: Ending): Promise<number | undefined> {
  return look(`modified ${path}`, signal, async () => (await regularFile(path))?.mtime?.getTime());
}

/**
 * Returns the first line of a file, without its end and the blanks around it; `undefined` where there is none.
 *
 * @throws {NoRegularFile} where something else is there, and what the system says where it cannot be read.
 */
export function firstLineOf(path: string, signal: Ending): Promise<string | undefined> {
  return look(`line ${path}`, signal, async () => {
    // Opening a FIFO would wait for a writer.
    if (!await regularFile(path)) return undefined;
    const bytes = new Uint8Array(MOST_READ);
    const file = await Deno.open(path);
    const length = await file.read(bytes).finally(() => file.close()) ?? 0;
    return new TextDecoder().decode(bytes.subarray(0, length)).split(/\r?\n/)[0].trim();
  });
}

async function regularFile(path: string): Promise<Deno.FileInfo | undefined> {
  const found = await Deno.stat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (found && !found.isFile) throw new NoRegularFile("it is no regular file");
  return found;
}

/** Waits for a look until the signal; several callers may wait for the same one. */
async function look<T>(name: string, signal: Ending, begin: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let looking = underWay.get(name) as Promise<T> | undefined;
  if (!looking) {
    looking = begin().finally(() => underWay.delete(name));
    underWay.set(name, looking);
  }
  const over = Promise.withResolvers<never>();
  const end = () => over.reject(signal.reason);
  signal.addEventListener("abort", end);
  try {
    return await Promise.race([looking, over.promise]);
  } finally {
    signal.removeEventListener("abort", end);
  }
}
