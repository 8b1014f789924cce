/**
 * Long work with a result that several callers want: one work at a time, and all that ask for the same one before it begins share its
 * result. So however many ask, no more than the work that goes on and one more is under way, and each result is of a time
 * after it was asked for.
 */
export class SharedWork<T> {
  readonly #waiting = new Map<string, Promise<T>>();
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects with the result of the work of that name that begins next. */
  do(name: string, work: () => Promise<T>): Promise<T> {
    const waiting = this.#waiting.get(name);
    if (waiting) return waiting;
    const result = this.#last.then(() => {
      this.#waiting.delete(name);
      return work();
    });
    this.#waiting.set(name, result);
    this.#last = result.catch(() => {});
    return result;
  }
}
