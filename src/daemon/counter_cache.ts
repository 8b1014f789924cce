import type { Counters } from "../ipvs/counters.ts";
import { type CounterReader, IpvsUnavailable } from "../ipvs/driver.ts";

/** Milliseconds for which counters are told again without a look at the kernel. */
const FRESH = 900;

/** The kernel's counters, looked at once a second at most, however many ask. */
export class CounterCache {
  readonly #reader: CounterReader | undefined;
  #last: { readonly at: number; readonly counters: Promise<Counters | undefined> } | undefined;

  /** @param reader absent = there are none. */
  constructor(reader: CounterReader | undefined) {
    this.#reader = reader;
  }

  /** `undefined` when the kernel does not say. */
  read(): Promise<Counters | undefined> {
    const now = performance.now();
    if (this.#last && now - this.#last.at < FRESH) return this.#last.counters;
    const counters = this.#look();
    this.#last = { at: now, counters };
    return counters;
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
