/**
 * Where a sentinel's connection goes: one for each address and port that is checked, whatever the number of checks.
 */

import { formatEndpoint } from "./address.ts";
import type { CheckTarget } from "./check.ts";

/** Where a sentinel's connection goes, and where it comes from. */
export type SentinelPlace = Pick<CheckTarget, "address" | "port" | "origin">;

/** Everything that makes two places the same, as one string. */
export type SentinelKey = string & { readonly brand: "SentinelKey" };

/** Returns the identity of a place. */
export function sentinelKey({ address, port, origin }: SentinelPlace): SentinelKey {
  return `${formatEndpoint(address, port)} ${origin?.address ?? "-"} ${origin?.mark ?? "-"}` as SentinelKey;
}
