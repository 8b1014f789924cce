/**
 * Netlink's messages and attributes (Linux, include/uapi/linux/netlink.h): a header, then values with a length and a type
 * in front of each, which may hold others. All numbers are of the processor's own order unless said otherwise.
 */

import { harmless } from "../model/harmless_text.ts";
import { ERROR_TEXT, Flag, MessageType } from "./numbers.ts";

/** `struct nlmsghdr`. */
const HEADER = 16;
const ATTRIBUTE = 4;
/** The upper two bits of an attribute's type say how it is written. */
const TYPE_MASK = 0x3fff;
const NESTED = 0x8000;
/** All processors that the runtime is made for are little-endian. */
const LITTLE = true;

/** Everything begins at a multiple of four bytes. */
function aligned(length: number): number {
  return (length + 3) & ~3;
}

/** Writes messages one behind another. */
export class MessageWriter {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;

  /** Writes one message: `own` is the header of its family, and what `write` writes are its attributes. */
  message(
    head: { readonly type: number; readonly flags: number; readonly sequence: number },
    own: Uint8Array,
    write: (attributes: MessageWriter) => void,
  ): void {
    const start = this.#take(HEADER + own.length);
    this.#view.setUint16(start + 4, head.type, LITTLE);
    this.#view.setUint16(start + 6, head.flags, LITTLE);
    this.#view.setUint32(start + 8, head.sequence, LITTLE);
    this.#bytes.set(own, start + HEADER);
    write(this);
    this.#view.setUint32(start, this.#end - start, LITTLE);
  }

  /** Writes an attribute that holds those that `write` writes. */
  nested(type: number, write: (attributes: MessageWriter) => void): void {
    const start = this.#take(ATTRIBUTE);
    this.#view.setUint16(start + 2, type | NESTED, LITTLE);
    write(this);
    this.#view.setUint16(start, this.#end - start, LITTLE);
  }

  /** Writes a number of 8 bits. */
  uint8(type: number, value: number): void {
    const at = this.#value(type, 1);
    this.#view.setUint8(at, value);
  }

  /** Writes a number of 16 bits. */
  uint16(type: number, value: number): void {
    const at = this.#value(type, 2);
    this.#view.setUint16(at, value, LITTLE);
  }

  /** Writes a number of 16 bits in the network's order. */
  port(type: number, value: number): void {
    const at = this.#value(type, 2);
    this.#view.setUint16(at, value);
  }

  /** Writes a number of 32 bits. */
  uint32(type: number, value: number): void {
    const at = this.#value(type, 4);
    this.#view.setUint32(at, value, LITTLE);
  }

  /** Writes bytes as they are. */
  bytes(type: number, value: Uint8Array): void {
    const at = this.#value(type, value.length);
    this.#bytes.set(value, at);
  }

  /** Writes a text with the zero byte that ends it. */
  text(type: number, value: string): void {
    this.bytes(type, new TextEncoder().encode(`${value}\0`));
  }

  /** Gives what was written, and begins anew. */
  end(): Uint8Array<ArrayBuffer> {
    const written = this.#bytes.slice(0, this.#end);
    this.#end = 0;
    return written;
  }

  /** Returns where an attribute's value goes. The bytes and their view may be others afterwards. */
  #value(type: number, length: number): number {
    const start = this.#take(ATTRIBUTE + length);
    this.#view.setUint16(start, ATTRIBUTE + length, LITTLE);
    this.#view.setUint16(start + 2, type, LITTLE);
    return start + ATTRIBUTE;
  }

  #take(length: number): number {
    const start = this.#end;
    this.#end += aligned(length);
    if (this.#end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#end, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, start));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#bytes.fill(0, start, this.#end);
    return start;
  }
}

/** A part of what was received: the values of one message, or of one attribute. */
export interface Span {
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

/** A message that was received. */
export interface Received {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** What follows the header. */
  readonly body: Span;
}

/** What was received is not as it should be: a length leads beyond its end. */
export class Unreadable extends Error {}

/** The messages in what one recv(2) gave. @throws {Unreadable} */
export function* decodeMessages(view: DataView): Generator<Received> {
  for (let start = 0; start < view.byteLength;) {
    const length = start + HEADER <= view.byteLength ? view.getUint32(start, LITTLE) : 0;
    if (length < HEADER || start + length > view.byteLength) throw new Unreadable();
    yield {
      type: view.getUint16(start + 4, LITTLE),
      flags: view.getUint16(start + 6, LITTLE),
      sequence: view.getUint32(start + 8, LITTLE),
      body: { view, start: start + HEADER, end: start + length },
    };
    start += aligned(length);
  }
}

/** The attributes of a message, behind its family's header of that many bytes. @throws {Unreadable} */
export function attributesOf({ view, start, end }: Span, header: number): Attributes {
  return new Attributes({ view, start: start + header, end });
}

/** The end of a list, or what became of a request: 0, or the negated error number, perhaps with the kernel's own words. */
export function decodeVerdict({ type, flags, body }: Received): { readonly error: number; readonly words?: string } {
  const { view, start, end } = body;
  if (start + 4 > end) throw new Unreadable();
  const error = view.getInt32(start, LITTLE);
  if (type !== MessageType.ERROR || (flags & Flag.ACK_TLVS) === 0) return { error };
  // The header of the request follows, and the rest of it unless it was left out.
  const request = (flags & Flag.CAPPED) !== 0 ? HEADER : view.getUint32(start + 4, LITTLE);
  const words = new Attributes({ view, start: start + 4 + aligned(request), end }).text(ERROR_TEXT);
  return words === undefined ? { error } : { error, words: harmless(words) };
}

/** Attributes by their type; of two that have the same one the last counts. */
export class Attributes {
  readonly #view: DataView;
  readonly #spans: { readonly start: number; readonly end: number }[] = [];

  /** @throws {Unreadable} */
  constructor({ view, start, end }: Span) {
    this.#view = view;
    for (let at = start; at + ATTRIBUTE <= end;) {
      const length = view.getUint16(at, LITTLE);
      if (length < ATTRIBUTE || at + length > end) throw new Unreadable();
      this.#spans[view.getUint16(at + 2, LITTLE) & TYPE_MASK] = { start: at + ATTRIBUTE, end: at + length };
      at += aligned(length);
    }
  }

  /** The attributes that one holds; `undefined` where it is not there. */
  nested(type: number): Attributes | undefined {
    const span = this.#spans[type];
    return span && new Attributes({ view: this.#view, ...span });
  }

  /** A number of 8 bits; 0 where it is not there. */
  uint8(type: number): number {
    const start = this.#startOf(type, 1);
    return start === undefined ? 0 : this.#view.getUint8(start);
  }

  /** A number of 16 bits; 0 where it is not there. */
  uint16(type: number): number {
    const start = this.#startOf(type, 2);
    return start === undefined ? 0 : this.#view.getUint16(start, LITTLE);
  }

  /** A number of 16 bits in the network's order; 0 where it is not there. */
  port(type: number): number {
    const start = this.#startOf(type, 2);
    return start === undefined ? 0 : this.#view.getUint16(start);
  }

  /** A number of 32 bits; `undefined` where it is not there. */
  uint32(type: number): number | undefined {
    const start = this.#startOf(type, 4);
    return start === undefined ? undefined : this.#view.getUint32(start, LITTLE);
  }

  /** A number of 64 bits, exact up to 2^53; 0 where it is not there. */
  uint64(type: number): number {
    const start = this.#startOf(type, 8);
    return start === undefined ? 0 : Number(this.#view.getBigUint64(start, LITTLE));
  }

  /** Bytes; none where it is not there. */
  bytes(type: number): Uint8Array {
    const { start, end } = this.#spans[type] ?? { start: 0, end: 0 };
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, end - start);
  }

  /** A text up to its zero byte; `undefined` where it is not there. */
  text(type: number): string | undefined {
    if (!this.#spans[type]) return undefined;
    const bytes = this.bytes(type);
    const zero = bytes.indexOf(0);
    return new TextDecoder().decode(zero < 0 ? bytes : bytes.subarray(0, zero));
  }

  #startOf(type: number, length: number): number | undefined {
    const span = this.#spans[type];
    if (span && span.end - span.start < length) throw new Unreadable();
    return span?.start;
  }
}
