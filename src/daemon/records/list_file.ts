import type { KnownLists, ListEntries, ListKey } from "../../model/real_list.ts";
import { writeState } from "./state_file.ts";

/** Keeps what lists of real servers had last: a director that starts while no name server answers goes on with it. */
export class ListFile {
  readonly #path: string | undefined;
  #saving: Promise<void> = Promise.resolve();

  /** @param path absent = nothing is kept. */
  constructor(path: string | undefined) {
    this.#path = path;
  }

  /**
   * Writes them down.
   *
   * @throws {Error} of the file system.
   */
  save(lists: KnownLists): Promise<void> {
    const path = this.#path;
    if (path === undefined) return Promise.resolve();
    const write = () => writeState(path, { version: 1, lists: Object.fromEntries(lists) });
    this.#saving = this.#saving.then(write, write);
    return this.#saving;
  }
}

/** What was written down last; what makes no sense there says nothing. */
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
