import { close, O_RDONLY, open, read } from "./libc/files.ts";

/** Bytes that are read at most. */
const LIMIT = 65_536;

/**
 * The text of a file under /proc or /sys; `undefined` when it cannot be read. Through libc, because the runtime opens
 * these for programs that have every permission and for no others.
 */
export function readKernelFile(path: string): string | undefined {
  const fd = open(path, O_RDONLY);
  if (fd < 0) return undefined;
  const bytes = new Uint8Array(LIMIT);
  let length = 0;
  for (let count = 1; count > 0; length += Math.max(count, 0)) count = read(fd, bytes.subarray(length));
  close(fd);
  return new TextDecoder().decode(bytes.subarray(0, length));
}
