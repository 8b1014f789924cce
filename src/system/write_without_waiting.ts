import { SystemError } from "./libc/errors.ts";
import { close, isWritable, O_NONBLOCK, O_WRONLY, open, write } from "./libc/files.ts";
import { isPipe } from "./pipe.ts";

/** Bytes for which a pipe has room that has any (`PIPE_BUF`, pipe(7)). */
const ROOM = 4096;

/**
 * Writes to a descriptor as much as goes without waiting for a reader. Returns false when that was not all, or
 * there is no reader any more.
 */
export function writeWithoutWaiting(fd: number, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  for (let start = 0; start < bytes.length; start += ROOM) {
    const piece = bytes.slice(start, start + ROOM);
    if (!isWritable(fd) || write(fd, piece) < piece.length) return false;
  }
  return true;
}

/**
 * Appends to a file, or writes to a named pipe as much as goes without waiting for a reader.
 *
 * @throws {Error} with the reason when it cannot be written.
 */
export function appendWithoutWaiting(path: string, text: string): void {
  if (!isPipe(path)) return Deno.writeTextFileSync(path, text, { append: true });
  const fd = open(path, O_WRONLY | O_NONBLOCK);
  if (fd < 0) throw new Error(`this pipe has no reader (${new SystemError("open", -fd).code})`);
  try {
    if (!writeWithoutWaiting(fd, text)) throw new Error("the reader of this pipe is too slow");
  } finally {
    close(fd);
  }
}
