/** Bytes that are gathered piece by piece, in one block however small the pieces are. */
export class ByteBuffer {
  #block = new Uint8Array(1024);
  #length = 0;

  /** How many bytes it holds. */
  get length(): number {
    return this.#length;
  }

  /** Adds bytes at the end. */
  append(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#block.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#block.length));
      larger.set(this.bytes());
      this.#block = larger;
    }
    this.#block.set(piece, this.#length);
    this.#length = length;
  }

  /** What it holds now: a view, valid until the next {@link append}. */
  bytes(): Uint8Array {
    return this.#block.subarray(0, this.#length);
  }
}
