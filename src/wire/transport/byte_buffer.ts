const NOTHING = new Uint8Array(0);

/** Bytes of the smallest block. */
const LEAST_BLOCK = 1024;

/** Bytes that are gathered piece by piece, in one block however small the pieces are. */
export class ByteBuffer {
  /** The only piece as it came, while there is but one: it must not be written to. */
  #block: Uint8Array = NOTHING;
  #isOurs = false;
  #length = 0;

  /** How many bytes it holds. */
  get length(): number {
    return this.#length;
  }

  /** Adds bytes at the end; they must not change afterwards. */
  append(piece: Uint8Array): void {
    if (this.#length === 0) {
      this.#block = piece;
      this.#length = piece.length;
      return;
    }
    const length = this.#length + piece.length;
    if (!this.#isOurs || length > this.#block.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#length, LEAST_BLOCK));
      larger.set(this.bytes());
      this.#block = larger;
      this.#isOurs = true;
    }
    this.#block.set(piece, this.#length);
    this.#length = length;
  }

  /** What it holds now: a view, valid until the next {@link append}. */
  bytes(): Uint8Array {
    return this.#block.subarray(0, this.#length);
  }
}
