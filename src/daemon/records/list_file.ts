import type { KnownLists, ListEntries, ListKey } from "../../model/real_list.ts";

/** Returns what is written down of lists: a director that starts while no name server answers goes on with it. */
export function listState(lists: KnownLists): unknown {
  return { version: 1, lists: Object.fromEntries(lists) };
}

/** What was written down last; what cannot be read there is ignored. */
export function listsAt(path: string): KnownLists {
  try {
    const { lists } = JSON.parse(Deno.readTextFileSync(path)) as { readonly lists: Readonly<Record<string, unknown>> };
    return new Map(
      Object.entries(lists).flatMap(([key, entries]) => isEntries(entries) ? [[key as ListKey, entries] as const] : []),
    );
  } catch {
    return new Map();
  }
}

function isEntries(entries: unknown): entries is ListEntries {
  return Array.isArray(entries) && entries.every((entry) => typeof entry === "string");
}
