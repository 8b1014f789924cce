import { libc, outcome } from "./library.ts";

/** `RLIMIT_NOFILE` of getrlimit(2). */
const RLIMIT_NOFILE = 7;

/** setrlimit(2): this process may have so many files open from now on, or as many as it may choose if that is less. */
export function setOpenFileLimit(most?: bigint): number {
  const [soft, hard] = [0, 1];
  const limits = new BigUint64Array(2);
  const failure = outcome(libc().getrlimit(RLIMIT_NOFILE, limits));
  if (failure < 0) return failure;
  limits[soft] = most !== undefined && most < limits[hard] ? most : limits[hard];
  return outcome(libc().setrlimit(RLIMIT_NOFILE, limits));
}

/** getrlimit(2): how many files this process may have open. */
export function openFileLimit(): number {
  const limits = new BigUint64Array(2);
  const failure = outcome(libc().getrlimit(RLIMIT_NOFILE, limits));
  return failure < 0 ? 0 : Number(limits[0]);
}
