import type { VirtualStatus } from "./status.ts";

/** Returns what an operator has to know of a virtual service's quorum, in one line; null: nothing that its state does not say. */
export function quorumText({ quorum, failOpen }: Pick<VirtualStatus, "quorum" | "failOpen">): string | null {
  if (failOpen) return "fail open: too few real servers are up, so all of them get clients";
  if (quorum?.state !== "down" || quorum.needed <= 1) return null;
  return `quorum lost: serving weight ${quorum.serving}, needed ${quorum.needed}`;
}
