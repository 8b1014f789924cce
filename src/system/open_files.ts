/**
 * How the files that this process may have open are divided between the checks and all else that it does.
 */

import { openFileLimit } from "./libc.ts";

/**
 * Files that are kept for all but checks: programs that are started (ipvsadm for a change and for the counters, mails,
 * hooks: four descriptors each, and six for a moment while one starts), clients of the control socket, logs, kept files
 * and name look-ups. Half of what there is, within these bounds.
 */
const RESERVE = { least: 34, most: 192 };

/** Files that checks must get: fewer, and the costliest of them could not be made while others are under way. */
const FEWEST_FOR_CHECKS = 8;

/** Files of the reserve for each client of the control socket: half of it, as a client has one. */
const RESERVE_PER_CLIENT = 8;

/** What the process may do with its files. */
export interface OpenFiles {
  /** The limit of this process. */
  readonly limit: number;
  /** Of those, how many checks may have open at the same time. */
  readonly forChecks: number;
  /** Clients of the control socket at the same time. */
  readonly clients: number;
}

/** There is no such limit: for tests, and where somebody else sees to it. */
export const UNLIMITED: OpenFiles = { limit: Infinity, forChecks: Infinity, clients: 16 };

/** The limit leaves no room for checks. The message says what is needed. */
export class TooFewFiles extends Error {
  constructor(limit: number, needed: number) {
    super(
      `cannot serve with at most ${limit} open files: at least ${needed} are needed ` +
        "(LimitNOFILE in the unit, or ulimit -n)",
    );
  }
}

/** Divides what is not open yet. Throws {@link TooFewFiles}. */
export function shareOpenFiles(limit = openFileLimit(), open = countOpenFiles()): OpenFiles {
  const free = limit - open;
  const reserve = Math.min(Math.max(Math.floor(free / 2), RESERVE.least), RESERVE.most);
  const forChecks = free - reserve;
  if (forChecks < FEWEST_FOR_CHECKS) throw new TooFewFiles(limit, open + RESERVE.least + FEWEST_FOR_CHECKS);
  return { limit, forChecks, clients: Math.min(Math.floor(reserve / RESERVE_PER_CLIENT), UNLIMITED.clients) };
}

/** How many files this process has open. */
export function countOpenFiles(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}
