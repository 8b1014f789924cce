/** A line is longer than it may be. */
export class LineTooLong extends Error {}

/** Where bytes come from; `null` at the end. */
interface Source {
  read(buffer: Uint8Array): Promise<number | null>;
}

const NEWLINE = 10;

/** Reads lines of UTF-8, each no longer than a limit. */
export class LineReader {
  readonly #source: Source;
  readonly #limit: number;
  #pending: Uint8Array[] = [];
  #length = 0;

  /** @param limit bytes of a line, its newline included. */
  constructor(source: Source, limit: number) {
    this.#source = source;
    this.#limit = limit;
  }

  /**
   * The next line without its newline; `undefined` at the end. What stands after the last newline is no line.
   *
   * @throws {LineTooLong}
   */
  async next(): Promise<string | undefined> {
    for (let fresh = this.#pending.pop() ?? await this.#read();; fresh = await this.#read()) {
      if (!fresh) return undefined;
      const end = fresh.indexOf(NEWLINE);
      const length = this.#length + (end < 0 ? fresh.length : end + 1);
      if (length > this.#limit) throw new LineTooLong();
      if (end >= 0) return this.#finish(fresh, end);
      this.#pending.push(fresh);
      this.#length = length;
    }
  }

  #finish(fresh: Uint8Array, end: number): string {
    const bytes = new Uint8Array(this.#length + end);
    let at = 0;
    for (const part of [...this.#pending, fresh.subarray(0, end)]) {
      bytes.set(part, at);
      at += part.length;
    }
    this.#length = 0;
    this.#pending = end + 1 < fresh.length ? [fresh.subarray(end + 1)] : [];
    return new TextDecoder().decode(bytes);
  }

  async #read(): Promise<Uint8Array | undefined> {
    const buffer = new Uint8Array(65_536);
    const count = await this.#source.read(buffer);
    // A copy: a line may come in thousands of pieces, and each would keep a whole buffer.
    return count === null ? undefined : buffer.slice(0, count);
  }
}
