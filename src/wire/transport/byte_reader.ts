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
  /** What was read last, with what was left before it. */
  #bytes: Uint8Array = NOTHING;
  /** How many of {@link #bytes} have been taken. */
  #taken = 0;

  constructor(stream: Pick<ByteStream, "read">) {
    this.#stream = stream;
  }

  /**
   * The next line without its line end (CR LF, or LF alone); `undefined` when the stream ends before it is complete.
   * Throws {@link ProtocolError} when it is longer than `limit` bytes.
   */
  async line(limit: number): Promise<string | undefined> {
    for (let searched = 0;;) {
      const line = this.#lineFrom(searched, limit);
      if (line !== undefined) return line;
      searched = this.#left;
      const more = await this.#stream.read();
      if (!more) return undefined;
      this.#bytes = searched === 0 ? more : joined(this.#bytes.subarray(this.#taken), more);
      this.#taken = 0;
    }
  }

  /** As {@link line}, but `undefined` when the line has not come yet: most replies come in one piece. */
  lineThere(limit: number): string | undefined {
    return this.#lineFrom(0, limit);
  }

  get #left(): number {
    return this.#bytes.length - this.#taken;
  }

  /** Takes a line out of what is there; its end is looked for from that byte on. */
  #lineFrom(searched: number, limit: number): string | undefined {
    const [bytes, start] = [this.#bytes, this.#taken];
    const end = bytes.indexOf(LF, start + searched);
    if (end - start > limit || (end < 0 && this.#left > limit)) {
      throw new ProtocolError(`the server sent a line of more than ${limit} bytes`);
    }
    if (end < 0) return undefined;
    this.#taken = end + 1;
    return decodeLatin1(bytes.subarray(start, end > start && bytes[end - 1] === CR ? end - 1 : end));
  }

  /** What is there, at least one and at most `limit` bytes; `undefined` at the end of the stream. */
  async some(limit: number): Promise<Uint8Array | undefined> {
    if (this.#left === 0) {
      this.#bytes = await this.#stream.read() ?? NOTHING;
      this.#taken = 0;
    }
    return this.#someThere(limit);
  }

  #someThere(limit: number): Uint8Array | undefined {
    if (this.#left === 0) return undefined;
    const piece = this.#bytes.subarray(this.#taken, this.#taken + limit);
    this.#taken += piece.length;
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
      const piece = this.#someThere(missing) ?? await this.some(missing);
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
