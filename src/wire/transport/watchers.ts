/** Told which of epoll's conditions are new. They are hints: the call that follows tells the truth. */
export type OnReady = (events: number) => void;

interface Watcher {
  readonly generation: number;
  readonly onReady: OnReady;
}

/**
 * The watchers of descriptors. The kernel gives a closed descriptor's number to the next socket while an event of the old
 * one may be under way: their generations tell them apart.
 */
export class Watchers {
  /**
   * By descriptor. A Map would do, but V8 copies one that changes all the time into ever new tables, each of which keeps
   * the one after it alive, and with that every finished check until the next full garbage collection.
   */
  readonly #all: (Watcher | undefined)[] = [];
  #lastGeneration = 0;
  #size = 0;

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** Adds one when `register` has told the kernel of it, with its generation; what that throws is passed on. */
  add(fd: number, onReady: OnReady, register: (generation: number) => void): void {
    const generation = this.#lastGeneration = (this.#lastGeneration + 1) >>> 0;
    register(generation);
    this.#all[fd] = { generation, onReady };
    this.#size++;
  }

  /** Forgets one. Returns whether there was one. */
  remove(fd: number): boolean {
    if (!this.#all[fd]) return false;
    this.#all[fd] = undefined;
    this.#size--;
    return true;
  }

  /** Returns the watcher of an event; `undefined` when there is none any more. */
  find(fd: number, generation: number): OnReady | undefined {
    const watcher = this.#all[fd];
    return watcher?.generation === generation ? watcher.onReady : undefined;
  }
}
