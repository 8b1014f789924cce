import type { AnnounceStatus } from "./status.ts";

/** Returns whether routers hear of a virtual service's address, in one line. */
export function announceText({ place, announced, why, trouble }: AnnounceStatus): string {
  if (trouble !== null) return `${place}: ${trouble}`;
  return announced ? `announced (${place})` : `not announced (${place}): ${why}`;
}
