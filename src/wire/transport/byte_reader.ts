/**
 * Reading a stream by lines and by counted bytes, with bounded memory.
 */

import { ByteBuffer } from "./byte_buffer.ts";
import type { ByteStream } from "./byte_stream.ts";
import { decodeLatin1 } from "./latin1.ts";
import { ProtocolError } from "./protocol_error.ts";

const LF = 0x0a;
const CR = 0x0d;
const NOTHING = new Uint8Array(0);

/** Takes lines and pieces from a stream. Holds at most one read and one unfinished line. */
export class ByteReader {
  readonly #stream: Pick<ByteStream, "read">;
  #rest: Uint8Array = NOTHING;

  constructor(stream: Pick<ByteStream, "read">) {
    this.#stream = stream;
  }

  /**
   * The next line without its line end (CR LF, or LF alone); `undefined` when the stream ends before it is complete.
   * Throws {@link ProtocolError} when it is longer than `limit` bytes.
   */
  async line(limit: number): Promise<string | undefined> {
    let searched = 0;
    for (;;) {
      const end = this.#rest.indexOf(LF, searched);
      if (end > limit || (end < 0 && this.#rest.length > limit)) {
        throw new ProtocolError(`the server sent a line of more than ${limit} bytes`);
      }
      if (end >= 0) {
        const line = decodeLatin1(this.#rest.subarray(0, this.#rest[end - 1] === CR ? end - 1 : end));
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      searched = this.#rest.length;
      const more = await this.#stream.read();
      if (!more) return undefined;
      this.#rest = this.#rest.length === 0 ? more : joined(this.#rest, more);
    }
  }

  /** What is there, at least one and at most `limit` bytes; `undefined` at the end of the stream. */
  async some(limit: number): Promise<Uint8Array | undefined> {
    if (this.#rest.length === 0) this.#rest = await this.#stream.read() ?? NOTHING;
    if (this.#rest.length === 0) return undefined;
    const piece = this.#rest.subarray(0, limit);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  /** The next bytes, so many. Throws {@link ProtocolError} when the stream ends before. */
  async exactly(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const buffer = new ByteBuffer();
    if (await this.fill(buffer, length) < length) throw new ProtocolError("the server closed the connection");
    return buffer.bytes().slice();
  }

  /** Adds up to `limit` bytes to `buffer`: fewer only when the stream ends. Gives how many. */
  async fill(buffer: ByteBuffer, limit: number): Promise<number> {
    let missing = limit;
    while (missing > 0) {
      const piece = await this.some(missing);
      if (!piece) break;
      buffer.append(piece);
      missing -= piece.length;
    }
    return limit - missing;
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
