/**
 * Reading DNS messages (RFC 1035, 4.1) in time that grows with their length only, whatever their names point to.
 */

import { decodeLatin1 } from "../transport/latin1.ts";
import { ProtocolError } from "../transport/protocol_error.ts";

/** Bytes of a name (RFC 1035, 2.3.4). */
const MAX_NAME = 255;
/** Pointers within a name: real ones have one. */
const MAX_POINTERS = 16;
/** The two highest bits of a pointer to where a name goes on (4.1.4). */
const POINTER = 0xc0;

/** A part of a name, and where the next part begins. */
interface Part {
  readonly label: string;
  readonly at: number;
  readonly next: number;
}

/** Reads a message from its beginning to its end. All throw {@link ProtocolError} where it is cut short, or broken. */
export class DnsReader {
  readonly #bytes: Uint8Array;
  /** Names by where they begin, and how many bytes each has: many records share them. */
  readonly #names = new Map<number, { readonly text: string; readonly length: number }>();
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Where the next byte stands. */
  get at(): number {
    return this.#at;
  }

  /** Goes on at another place. */
  skipTo(at: number): void {
    if (at > this.#bytes.length) throw cutShort();
    this.#at = at;
  }

  /** A number of 16 bits. */
  uint16(): number {
    const [high, low] = this.take(2);
    return high << 8 | low;
  }

  /** A number of 32 bits. */
  uint32(): number {
    return this.uint16() * 65_536 + this.uint16();
  }

  /** So many bytes. */
  take(length: number): Uint8Array {
    const start = this.#at;
    this.skipTo(start + length);
    return this.#bytes.subarray(start, this.#at);
  }

  /** A name, its labels joined by dots; that of the root is a dot. */
  name(): string {
    const parts: Part[] = [];
    let at = this.#at;
    let end = 0;
    let known = this.#names.get(at);
    for (let pointers = 0; !known;) {
      const length = this.#byte(at);
      if (length >= POINTER) {
        // Backwards only, so that no name goes on within itself.
        const target = (length & ~POINTER) << 8 | this.#byte(at + 1);
        if (target >= at || ++pointers > MAX_POINTERS) throw broken();
        end ||= at + 2;
        at = target;
      } else if (length === 0) {
        end ||= at + 1;
        known = { text: "", length: 1 };
        break;
      } else {
        if (length >= 64 || at + 1 + length > this.#bytes.length) throw broken();
        const next = at + 1 + length;
        parts.push({ label: textOf(this.#bytes.subarray(at + 1, next)), at, next });
        if (parts.length > MAX_NAME / 2) throw broken();
        at = next;
      }
      known = this.#names.get(at);
    }
    let { text, length } = known;
    for (const part of parts.toReversed()) {
      text = text === "" ? part.label : `${part.label}.${text}`;
      length += part.next - part.at;
      if (length > MAX_NAME) throw broken();
      this.#names.set(part.at, { text, length });
    }
    this.#at = end || this.#endOf(this.#at);
    return text === "" ? "." : text;
  }

  /** Where the name that begins there ends, in place: behind its last label, or its pointer. */
  #endOf(start: number): number {
    for (let at = start;;) {
      const length = this.#byte(at);
      if (length >= POINTER) return at + 2;
      if (length === 0) return at + 1;
      at += 1 + length;
    }
  }

  #byte(at: number): number {
    const byte = this.#bytes[at];
    if (byte === undefined) throw cutShort();
    return byte;
  }
}

const decoder = new TextDecoder();

/** Text in UTF-8, which nearly always is ASCII. */
export function textOf(bytes: Uint8Array): string {
  return bytes.some((byte) => byte > 0x7f) ? decoder.decode(bytes) : decodeLatin1(bytes);
}

function cutShort(): ProtocolError {
  return new ProtocolError("the server's answer is cut short");
}

function broken(): ProtocolError {
  return new ProtocolError("the server's answer is no DNS message");
}
