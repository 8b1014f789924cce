/**
 * What look-ups make of a list of real servers. Pure.
 *
 * | an entry                                   | then                                                       |
 * | ------------------------------------------ | ---------------------------------------------------------- |
 * | is new                                     | is added                                                   |
 * | is there with another text (weight, …)     | has that text                                              |
 * | is missing for the first time              | stays, unless the list is a file                           |
 * | is missing for the second time             | goes, as long as `resolvemin` entries are left             |
 */

import { entryIdentity, type ListEntries, type WantedList } from "../../model/real_list.ts";

/** A list as it is in force. */
export interface ListState {
  readonly entries: ListEntries;
  /** Entries that the last look-ups did not find, with how many in a row. */
  readonly missing: ReadonlyMap<string, number>;
}

/** Look-ups in a row that do not find an entry before it goes. */
const PATIENCE = 2;

/** Returns the list after a look-up. */
export function afterLookUp(
  { entries, missing }: ListState,
  found: ListEntries,
  { list, least }: Pick<WantedList, "list" | "least">,
): ListState {
  const patience = list.kind === "file" ? 1 : PATIENCE;
  const texts = new Map(found.map((entry) => [entryIdentity(entry), entry]));
  const counts = new Map<string, number>();
  for (const entry of entries) {
    const identity = entryIdentity(entry);
    if (!texts.has(identity)) counts.set(identity, (missing.get(identity) ?? 0) + 1);
  }
  const kept = entries.filter((entry) => (counts.get(entryIdentity(entry)) ?? patience) < patience);
  const overdue = entries.filter((entry) => (counts.get(entryIdentity(entry)) ?? 0) >= patience);
  const short = Math.max(0, least - texts.size - kept.length);
  const all = [...found, ...kept, ...overdue.slice(0, short)];
  return { entries: list.kind === "file" ? all : all.sort(), missing: counts };
}

/** Returns what tells two lists apart, in words; `undefined` when nothing does. */
export function differenceOf(before: ListEntries, after: ListEntries): string | undefined {
  const added = after.filter((entry) => !before.includes(entry));
  const removed = before.filter((entry) => !after.includes(entry));
  const parts = [
    ...added.length > 0 ? [`added ${added.join(", ")}`] : [],
    ...removed.length > 0 ? [`removed ${removed.join(", ")}`] : [],
  ];
  if (parts.length > 0) return parts.join("; ");
  return before.every((entry, i) => entry === after[i]) ? undefined : "in another order";
}
