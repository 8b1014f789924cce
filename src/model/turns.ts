/** A caller that waits for places. */
interface Waiting {
  readonly places: number;
  readonly begin: () => void;
}

/** A number of places for which callers wait in the order in which they came; none overtakes another. */
export class Turns {
  #places: number;
  #free: number;
  #queue: Waiting[] = [];
  /** Where the first of those that wait stands in the queue. */
  #first = 0;
  #serving = false;

  constructor(places: number) {
    this.#places = places;
    this.#free = places;
  }

  /** Has so many places from now on; those that were taken beyond them are let go when they are given back. */
  resize(places: number): void {
    this.#free += places - this.#places;
    this.#places = places;
    this.#serve();
  }

  /** How many callers wait. */
  get waiting(): number {
    return this.#queue.length - this.#first;
  }

  /**
   * Calls `begin` with so many places taken: at once where they are free and none waits, else when its turn has come.
   * One that asks for more than there are gets all of them. What it was given it has to {@link give} back.
   */
  take(places: number, begin: (taken: number) => void): void {
    const wanted = Math.min(places, this.#places);
    this.#queue.push({ places: wanted, begin: () => begin(wanted) });
    this.#serve();
  }

  /** Takes a place if one is free and none waits. Returns whether it did. */
  takeIfFree(): boolean {
    if (this.#free < 1 || this.waiting > 0) return false;
    this.#free--;
    return true;
  }

  /** Gives places back, and lets those begin that have room now. */
  give(places: number): void {
    this.#free += places;
    this.#serve();
  }

  /** Does the work in its turn, with one place. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const taken = await new Promise<number>((resolve) => this.take(1, resolve));
    try {
      return await work();
    } finally {
      this.give(taken);
    }
  }

  #serve(): void {
    // A caller that gives its places back at once must not serve the queue within itself, thousands of levels deep.
    if (this.#serving) return;
    this.#serving = true;
    while (this.waiting > 0 && this.#queue[this.#first].places <= this.#free) {
      const { places, begin } = this.#queue[this.#first++];
      this.#free -= places;
      begin();
    }
    this.#serving = false;
    if (this.#first * 2 < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#first);
    this.#first = 0;
  }
}
