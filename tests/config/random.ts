/** Random choices that a printed seed repeats. */
export class Random {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed;
  }

  /** A number from 0 up to, not including, `limit` (mulberry32). */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  /** One of the choices. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }
}

/** The same choices in every run, so that a red one is the change's doing. */
const USUAL = 20_080_206;

/** The seed of a run: SEED of the environment, a new one for `SEED=random`, else the usual one. */
export function seedOfRun(): number {
  const given = Deno.env.get("SEED") ?? USUAL;
  return given === "random" ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}
