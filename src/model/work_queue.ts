import { atOnce, inTurns, isLongWork, type Steps } from "./steps.ts";

interface Work {
  readonly steps: () => Steps<void>;
  readonly entries: number;
  readonly done: PromiseWithResolvers<void>;
}

/** Does work in the order in which it was given, one after the other. */
export class WorkQueue {
  readonly #waiting: Work[] = [];
  #busy = false;

  /**
   * Resolves when the work is done: at once where it is on few entries and no other work waits, else in turns of the
   * event loop that are short. Rejects with what the work throws.
   */
  do(steps: () => Steps<void>, entries: number): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ steps, entries, done });
    this.#next();
    return done.promise;
  }

  /** Resolves when all work that has been given by now is done. */
  idle(): Promise<void> {
    return this.do(function* () {}, 0);
  }

  #next(): void {
    while (!this.#busy) {
      const work = this.#waiting.shift();
      if (!work) return;
      this.#busy = true;
      if (isLongWork(work.entries)) {
        inTurns(work.steps()).then(work.done.resolve, work.done.reject).finally(() => this.#end());
        return;
      }
      try {
        work.done.resolve(atOnce(work.steps()));
      } catch (error) {
        work.done.reject(error);
      }
      this.#busy = false;
    }
  }

  #end(): void {
    this.#busy = false;
    this.#next();
  }
}
