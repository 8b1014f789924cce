/**
 * How those that hold a conversation learn that its time is over.
 */

/** The part of an AbortSignal that they use: a real one will do. */
export interface Ending {
  /** Whether it is over. */
  readonly aborted: boolean;
  /** Why; anything at all until it is over. */
  readonly reason: unknown;
  /** Throws the reason once it is over. */
  throwIfAborted(): void;
  /** Has the listener called when it is over, in the order in which they were added. */
  addEventListener(type: "abort", listener: () => void): void;
  /** Forgets a listener. */
  removeEventListener(type: "abort", listener: () => void): void;
}

/**
 * An ending that its owner brings about, once. An AbortController would do the same with an event target of the web platform,
 * of which a round uses none: of those there may be thousands a second.
 */
export class RoundEnding implements Ending {
  aborted = false;
  reason: unknown;
  #listeners: (() => void)[] = [];

  /** It is over, for that reason. */
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  addEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.push(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    const at = this.#listeners.indexOf(listener);
    if (at >= 0) this.#listeners.splice(at, 1);
  }
}
