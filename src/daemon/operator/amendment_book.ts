import { type AddedReal, type Amendments, type RemovedReal, UNAMENDED } from "../../model/amendments.ts";
import type { RealId } from "../../model/orders.ts";
import type { VirtualKey } from "../../model/table.ts";
import { readState, StateFile } from "../records/state_file.ts";

/** What an operator has changed of the configuration by hand, kept in a file so that neither a reload nor a restart forgets it. */
export class AmendmentBook {
  readonly #file: StateFile;
  #amendments: Amendments = UNAMENDED;

  /**
   * @param path absent = in memory alone.
   * @param onTrouble is called when what an earlier run has left cannot be read.
   */
  constructor(path: string | undefined, onTrouble: (text: string) => void) {
    this.#file = new StateFile(path);
    if (path === undefined) return;
    try {
      this.#amendments = decode(readState(path));
    } catch (error) {
      onTrouble(`Changes by hand of an earlier run: ${(error as Error).message}`);
    }
  }

  /** All that was changed, as it is now. */
  get amendments(): Amendments {
    return this.#amendments;
  }

  /**
   * Puts others in the place of all, and writes them down.
   *
   * @throws {Error} of the file system: then they hold until the daemon ends.
   */
  replace(amendments: Amendments): Promise<void> {
    this.#amendments = amendments;
    return this.#file.write(() => ({ version: 1, ...amendments }));
  }
}

/** What a daemon would find in its file now. Nothing is changed; what cannot be read there is ignored. */
export function amendmentsAt(path: string): Amendments {
  try {
    return decode(JSON.parse(Deno.readTextFileSync(path)));
  } catch {
    return UNAMENDED;
  }
}

function decode(state: unknown): Amendments {
  const { added, removed } = (state ?? {}) as { readonly added?: unknown; readonly removed?: unknown };
  return {
    added: rowsOf(added).flatMap(({ virtual, line, reals, since }): AddedReal[] =>
      typeof virtual === "string" && typeof line === "string" && Array.isArray(reals) && typeof since === "number"
        ? [{ virtual: virtual as VirtualKey, line, reals, since }]
        : []
    ),
    removed: rowsOf(removed).flatMap(({ id, since }): RemovedReal[] =>
      typeof id === "string" && typeof since === "number" ? [{ id: id as RealId, since }] : []
    ),
  };
}

function rowsOf(rows: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(rows) ? rows.filter((row) => typeof row === "object" && row !== null) : [];
}
