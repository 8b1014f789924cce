/**
 * A few numbers that two processes share, in a file without a name: written and read at once, however busy the other is.
 */

import { libcWith } from "./libc/library.ts";

const libc = libcWith({
  memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
  pread: { parameters: ["i32", "buffer", "usize", "i64"], result: "isize" },
  pwrite: { parameters: ["i32", "buffer", "usize", "i64"], result: "isize" },
});

const MFD_CLOEXEC = 1;

/** Makes the file; children do not inherit it. */
export function newSharedWords(): number {
  const fd = libc().memfd_create(new TextEncoder().encode("ldirectord\0"), MFD_CLOEXEC);
  if (fd < 0) throw new Error("memfd_create failed");
  return fd;
}

/** Writes the number at that place. */
export function writeWord(fd: number, place: number, value: number): void {
  libc().pwrite(fd, Uint32Array.of(value), 4n, BigInt(place * 4));
}

/** The number at that place; 0 where none was written. */
export function readWord(fd: number, place: number): number {
  const value = new Uint32Array(1);
  return Number(libc().pread(fd, value, 4n, BigInt(place * 4))) === 4 ? value[0] : 0;
}
