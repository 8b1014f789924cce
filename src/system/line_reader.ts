/**
 * Lines of what another process says, which is not trusted: each is bounded.
 */

/** A line is longer than it may be. */
export class LineTooLong extends Error {
  constructor(limit: number) {
    super(`a line of more than ${limit} bytes`);
  }
}

/** Where bytes come from; `null` at the end. */
interface Source {
  read(buffer: Uint8Array): Promise<number | null>;
}

const NEWLINE = 10;

/** Returns a reader of the lines of a connection, each of at most so many bytes, its newline included. */
export function linesOf(source: Source, limit: number): LineReader {
  return new LineReader(async () => {
    const buffer = new Uint8Array(65_536);
    const count = await source.read(buffer);
    // A copy: a line may come in thousands of pieces, and each would keep a whole buffer.
    return count === null ? undefined : buffer.slice(0, count);
  }, limit);
}

/** Cuts a stream into lines, as {@link linesOf} does; it is cancelled when no more of them are wanted. */
export async function* boundedLines(stream: ReadableStream<Uint8Array>, limit: number): AsyncGenerator<string> {
  const reader = stream.getReader();
  const lines = new LineReader(async () => (await reader.read()).value, limit);
  try {
    for (let line = await lines.next(); line !== undefined; line = await lines.next()) yield line;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Reads lines of UTF-8, each no longer than a limit. */
export class LineReader {
  readonly #read: () => Promise<Uint8Array | undefined>;
  readonly #limit: number;
  #pending: Uint8Array[] = [];
  #length = 0;

  /**
   * @param read gives the next bytes; `undefined` at the end.
   * @param limit bytes of a line, its newline included.
   */
  constructor(read: () => Promise<Uint8Array | undefined>, limit: number) {
    this.#read = read;
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
      if (length > this.#limit) throw new LineTooLong(this.#limit);
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
}
