const MASK = "***";

/** Characters of a secret that is masked wherever a server repeats it: a shorter one would blot out half of each text. */
export const SHORTEST_MASKED = 4;

/**
 * A password or shared secret. It prints as `***` wherever text is made of it by accident
 * (logs, JSON, inspection, errors); only `reveal()` gives the value, and only a checker calls that.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, to be put on the wire and nowhere else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [Symbol.for("Deno.customInspect")](): string {
    return MASK;
  }
}
