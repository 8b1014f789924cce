/** Time as alerts see it; tests bring their own. */
export interface Clock {
  /** Milliseconds on a clock that never jumps. */
  now(): number;
  /** Calls back once after so many milliseconds. Gives a function that calls it off. */
  after(milliseconds: number, callback: () => void): () => void;
}
