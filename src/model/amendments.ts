/**
 * What an operator has changed of a configuration by hand while its director runs: real servers added, and taken out.
 */

import type { Family } from "./address.ts";
import { partsOf, type RealId, realId } from "./orders.ts";
import type { DestinationKey, VirtualKey } from "./table.ts";

/** A real server that was added. */
export interface AddedReal {
  readonly virtual: VirtualKey;
  /** As a `real` line has it behind its `=`. */
  readonly line: string;
  /** What it was when it was added: one real server, or all of a range. */
  readonly reals: readonly DestinationKey[];
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** A real server of the configuration that was taken out. */
export interface RemovedReal {
  readonly id: RealId;
  readonly since: number;
}

/** All that was changed, and holds over reloads and restarts. */
export interface Amendments {
  readonly added: readonly AddedReal[];
  readonly removed: readonly RemovedReal[];
}

/** Nothing was changed. */
export const UNAMENDED: Amendments = { added: [], removed: [] };

/**
 * Returns the changes without these real servers: a line that was added goes with the last of its own, and all others are
 * taken out.
 */
export function withoutReals({ added, removed }: Amendments, ids: readonly RealId[], since: number): Amendments {
  const isMeant = (virtual: VirtualKey, real: DestinationKey) => ids.includes(realId(virtual, real));
  const left = added.filter(({ virtual, reals }) => !reals.every((real) => isMeant(virtual, real)));
  const gone = new Set(
    added.filter((each) => !left.includes(each)).flatMap(({ virtual, reals }) =>
      reals.map((real) => realId(virtual, real))
    ),
  );
  const taken = ids.filter((id) => !gone.has(id) && !removed.some((each) => each.id === id));
  return { added: left, removed: [...removed, ...taken.map((id) => ({ id, since }))] };
}

/** Returns the family of the addresses in a virtual service. */
export function familyOfKey(key: VirtualKey): Family {
  return key.startsWith("fwm6:") || key.includes("[") ? 6 : 4;
}

/** Returns the real servers that were taken out of a virtual service. */
export function removedFrom({ removed }: Amendments, virtual: VirtualKey): readonly RealId[] {
  return removed.flatMap(({ id }) => partsOf(id).virtual === virtual ? [id] : []);
}
