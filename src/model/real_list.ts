/**
 * Lists of real servers that stand elsewhere than in the configuration: in DNS, or in a file of their own.
 */

import type { Family } from "./address.ts";

/** Where such a list is, and what its real servers have in common. */
export type RealList =
  /** All addresses of a name, of the section's family. `rest` is what follows host and port in a `real` line. */
  | { readonly kind: "dns"; readonly name: string; readonly port?: string; readonly rest: string }
  /** The targets of a name's SRV records, with their ports and weights (RFC 2782). `rest` has no weight. */
  | { readonly kind: "srv"; readonly name: string; readonly rest: string }
  /** A line for each, as in a `real` line. */
  | { readonly kind: "file"; readonly path: string };

/** What a list is known by: `4 dns:web.example.net`. Lists that are looked up together have the same. */
export type ListKey = string & { readonly brand: "ListKey" };

/**
 * What a look-up finds, a text for each real server, with its identity as the first word: `10.0.0.1` of dns, `10.0.0.1:8080 5 a.example.net`
 * of srv, the line of a file.
 */
export type ListEntries = readonly string[];

/** The entries of lists by their keys. One that is missing has not been found yet. */
export type KnownLists = ReadonlyMap<ListKey, ListEntries>;

/** A list that the configuration asks for. */
export interface WantedList {
  readonly key: ListKey;
  readonly list: RealList;
  readonly family: Family;
  /** Seconds between two look-ups. */
  readonly interval: number;
  /** A look-up never leaves fewer entries than that. */
  readonly least: number;
}

/** What a look-up found. */
export interface FoundList {
  readonly entries: ListEntries;
  /** Seconds for which the answer holds; absent = it does not say. */
  readonly ttl?: number;
}

/** How a list is. */
export interface ListReport {
  readonly wanted: WantedList;
  readonly entries: ListEntries;
  /** When it was last looked up with an answer, in milliseconds of the director's clock. */
  readonly lastAt?: number;
  /** Why the last look-up failed. */
  readonly trouble?: string;
}

/** Returns what a list is known by. */
export function listKey(list: RealList, family: Family): ListKey {
  return `${family} ${listName(list)}` as ListKey;
}

/** Returns a list as messages name it: `dns:web.example.net`. */
export function listName(list: RealList): string {
  return `${list.kind}:${list.kind === "file" ? list.path : list.name}`;
}

/** Returns the value of a `real` line for an entry of a list. */
export function realLine(list: RealList, family: Family, entry: string): string {
  switch (list.kind) {
    case "dns": {
      const host = family === 6 ? `[${entry}]` : entry;
      return `${host}${list.port === undefined ? "" : `:${list.port}`} ${list.rest}`;
    }
    case "srv": {
      const [endpoint, weight, name] = entry.split(" ");
      const [method, ...options] = list.rest.split(/\s+/);
      return [endpoint, method, weight, `label=${name}`, ...options].join(" ");
    }
    case "file":
      return entry;
  }
}

/** Returns what tells the entries of a list apart. */
export function entryIdentity(entry: string): string {
  return entry.split(/\s/, 1)[0];
}
