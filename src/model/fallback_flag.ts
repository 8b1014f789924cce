import type { ServiceSettings } from "./table.ts";

/**
 * The flag of each scheduler that picks by a hash of the client's address: with it a client of a real server with weight 0
 * gets another one, without it the kernel refuses that client (Linux, net/netfilter/ipvs/ip_vs_sh.c and ip_vs_mh.c).
 */
const FALLBACK_FLAGS: Readonly<Record<string, string>> = { sh: "sh-fallback", mh: "mh-fallback" };

/** Returns the fallback flag of a scheduler; `undefined` for one that needs none. */
export function fallbackFlag(scheduler: string): string | undefined {
  return Object.hasOwn(FALLBACK_FLAGS, scheduler) ? FALLBACK_FLAGS[scheduler] : undefined;
}

/** Returns the fallback flag that these settings lack, `undefined` when they have it or need none. */
export function missingFallbackFlag({ scheduler, schedulerFlags }: ServiceSettings): string | undefined {
  const flag = fallbackFlag(scheduler);
  return flag === undefined || schedulerFlags.includes(flag) ? undefined : flag;
}

/** Returns what a missing fallback flag costs, as a sentence without a full stop. */
export function costOfMissingFallbackFlag({ scheduler }: ServiceSettings, flag: string): string {
  return `${scheduler} without ${flag} refuses the new clients that belong to a real server of weight 0`;
}
