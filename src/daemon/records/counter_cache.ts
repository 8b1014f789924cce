import type { CounterReader, Counters } from "../../ipvs/counters.ts";
import { IpvsUnavailable } from "../../ipvs/driver.ts";

/** Milliseconds for which counters are given again without a look at the kernel. */
const FRESH = 900;

/** Milliseconds to wait for a slow kernel: the rest of a status must not wait for it. */
const PATIENCE = 3_000;

/** The kernel's counters, looked at once a second at most, however many ask. */
export class CounterCache {
  readonly #reader: CounterReader | undefined;
  #looking: Promise<Counters | undefined> | undefined;
  #last: { readonly at: number; readonly counters: Counters | undefined } | undefined;

  #changes = 0;

  /** @param reader absent = there are none. */
  constructor(reader: CounterReader | undefined) {
    this.#reader = reader;
  }

  /** `undefined` when the kernel does not say, or not in time. */
  async read(): Promise<Counters | undefined> {
    if (this.#last && performance.now() - this.#last.at < FRESH) return this.#last.counters;
    // A slow kernel is not looked at again before the last look has ended.
    const changes = this.#changes;
    this.#looking ??= this.#look().then((counters) => {
      if (changes === this.#changes) this.#last = { at: performance.now(), counters };
      return counters;
    }).finally(() => this.#looking = undefined);
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), PATIENCE);
    return await Promise.race([this.#looking, late.promise]).finally(() => clearTimeout(timer));
  }

  /** Has the kernel looked at anew: its table was changed. */
  forget(): void {
    this.#changes++;
    this.#last = undefined;
  }

  async #look(): Promise<Counters | undefined> {
    try {
      return await this.#reader?.counters();
    } catch (error) {
      if (error instanceof IpvsUnavailable) return undefined;
      throw error;
    }
  }
}
