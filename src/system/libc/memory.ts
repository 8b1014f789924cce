import { libc, outcome } from "./library.ts";

const MADV_DONTNEED = 4;

/** madvise(2): lets go of the pages of a mapping that was never written; they come back from its file. */
export function dropPages(start: bigint, length: bigint): number {
  return outcome(libc().madvise(Deno.UnsafePointer.create(start), length, MADV_DONTNEED));
}
