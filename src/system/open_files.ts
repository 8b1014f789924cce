/**
 * How the files that this process may have open are divided between the checks and all else that it does.
 */

import { openFileLimit } from "./libc/limits.ts";

/**
 * Files that are kept for all but checks. At least: ipvsadm for a change and for the counters, a mail and two hooks
 * (four each), what a program takes for a moment while it starts (nine), five clients of the control socket, two name
 * look-ups (two each), the log and kept files. Half of what there is, within these bounds.
 */
const RESERVE = { least: 40, most: 192 };

/** Files that checks must get: what the costliest of them takes. */
const FEWEST_FOR_CHECKS = 4;

/** Files of the reserve for each client of the control socket, each hook, and beyond the least for each look-up. */
const RESERVE_PER = { client: 8, hook: 20, lookUp: 3 };

/** What the process may do with its files. */
export interface OpenFiles {
  /** The limit of this process. */
  readonly limit: number;
  /** Of those, how many checks and sentinels may have open at the same time. */
  readonly forChecks: number;
  /** Clients of the control socket at the same time. */
  readonly clients: number;
  /** Hooks and webhooks at the same time. */
  readonly hooks: number;
  /** Look-ups of host names at the same time. */
  readonly lookUps: number;
}

/** There is no such limit: for tests, and where another program sets it. */
export const UNLIMITED: OpenFiles = { limit: Infinity, forChecks: Infinity, clients: 16, hooks: 8, lookUps: 64 };

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
  const clients = Math.min(Math.floor(reserve / RESERVE_PER.client), UNLIMITED.clients);
  const hooks = Math.min(Math.floor(reserve / RESERVE_PER.hook), UNLIMITED.hooks);
  const lookUps = Math.min(Math.max(Math.floor((reserve - RESERVE.least) / RESERVE_PER.lookUp), 2), UNLIMITED.lookUps);
  return { limit, forChecks, clients, hooks, lookUps };
}

/** How many files this process has open. */
export function countOpenFiles(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}
