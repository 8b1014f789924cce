/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 to below `end`. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ mixed >>> 15, mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return Math.floor(((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32 * end);
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  /** One of the values. */
  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }
}

/** The same choices in every run, so that a red one is the change's doing. */
const USUAL = 20_080_206;

/** The seed of a run: SEED of the environment, a new one for `SEED=random`, else the usual one. */
export function seedOfRun(): number {
  const given = Deno.env.get("SEED") ?? USUAL;
  return given === "random" ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}
