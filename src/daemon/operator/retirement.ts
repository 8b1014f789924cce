import { readState, StateFile } from "../records/state_file.ts";

/** Whether an operator has retired this director: it announces nothing, and goes on forwarding. Outlives the daemon. */
export class Retirement {
  readonly #file: StateFile;
  #since: number | undefined;

  /**
   * @param path absent = in memory alone.
   * @param onTrouble is called when what an earlier run has left cannot be read.
   */
  constructor(path: string | undefined, onTrouble: (text: string) => void) {
    this.#file = new StateFile(path);
    if (path === undefined) return;
    try {
      const { since } = (readState(path) ?? {}) as { readonly since?: unknown };
      if (typeof since === "number") this.#since = since;
    } catch (error) {
      onTrouble(`Whether this director is retired: ${(error as Error).message}`);
    }
  }

  /** Since when it is retired, in milliseconds since the epoch; `undefined` while it is not. */
  get since(): number | undefined {
    return this.#since;
  }

  /**
   * It is retired from now on, or no longer.
   *
   * @throws {Error} of the file system: then it holds until the daemon ends.
   */
  set(since: number | undefined): Promise<void> {
    this.#since = since;
    return this.#file.write(() => ({ version: 1, since: this.#since ?? null }));
  }
}
