/**
 * Header fields as HTTP/2 writes them (HPACK, RFC 7541). We announce a dynamic table of 0 bytes (4.2), so every header block
 * is self-contained.
 */

import { ByteBuffer } from "../transport/byte_buffer.ts";
import { END_OF_STRING, huffmanSymbol, staticField } from "./hpack_tables.ts";
import { decodeLatin1, encodeLatin1 } from "../transport/latin1.ts";
import { ProtocolError } from "../transport/protocol_error.ts";

/** A header field; its name is in lower case. One character a byte. */
export type HeaderField = readonly [name: string, value: string];

/** How a field begins (RFC 7541, 6): the bit pattern, and the bits of the number that follow it. */
const INDEXED = { pattern: 0x80, bits: 7 };
const LITERAL_TO_KEEP = { pattern: 0x40, bits: 6 };
const TABLE_SIZE = { pattern: 0x20, bits: 5 };
const LITERAL_NEVER_KEPT = { pattern: 0x10, bits: 4 };
const LITERAL = { pattern: 0x00, bits: 4 };

/** The pattern of strings in Huffman's code (5.2). */
const HUFFMAN = 0x80;

/** Bytes of a number behind its first: the largest that these can say is beyond all that we take. */
const MOST_CONTINUATIONS = 4;

/** Fields that no proxy on the way may put into its memory either: some are secrets. */
export function encodeHeaders(fields: readonly HeaderField[]): Uint8Array<ArrayBuffer> {
  const block = new ByteBuffer();
  for (const field of fields) {
    block.append(Uint8Array.of(LITERAL_NEVER_KEPT.pattern));
    for (const text of field) {
      block.append(encodeNumber(text.length, 7));
      block.append(encodeLatin1(text));
    }
  }
  return block.bytes().slice();
}

/** The inverse of {@link encodeHeaders}, and of what other encoders make. Throws {@link ProtocolError}. */
export function decodeHeaders(block: Uint8Array): HeaderField[] {
  const cursor = new Cursor(block);
  const fields: HeaderField[] = [];
  while (!cursor.atEnd) {
    const first = cursor.peek();
    if (first & INDEXED.pattern) fields.push(knownField(cursor.number(INDEXED.bits)));
    else if (first & LITERAL_TO_KEEP.pattern) fields.push(literal(cursor, LITERAL_TO_KEEP.bits));
    else if (!(first & TABLE_SIZE.pattern)) fields.push(literal(cursor, LITERAL.bits));
    else if (cursor.number(TABLE_SIZE.bits) > 0) throw new ProtocolError("the server remembers header fields for us");
  }
  return fields;
}

function literal(cursor: Cursor, bits: number): HeaderField {
  const index = cursor.number(bits);
  const name = index === 0 ? cursor.text() : knownField(index)[0];
  return [name, cursor.text()];
}

function knownField(index: number): HeaderField {
  const field = staticField(index);
  if (!field) throw new ProtocolError(`the server names a header field that is not known: ${index}`);
  return field;
}

/** RFC 7541, 5.1; nothing stands before the prefix. */
function encodeNumber(number: number, bits: number): Uint8Array<ArrayBuffer> {
  const most = 2 ** bits - 1;
  if (number < most) return Uint8Array.of(number);
  const bytes = [most];
  let rest = number - most;
  for (; rest > 127; rest >>>= 7) bytes.push(0x80 | rest & 0x7f);
  return Uint8Array.of(...bytes, rest);
}

/** Reads a block from its beginning to its end. */
class Cursor {
  readonly #block: Uint8Array;
  #at = 0;

  constructor(block: Uint8Array) {
    this.#block = block;
  }

  get atEnd(): boolean {
    return this.#at === this.#block.length;
  }

  peek(): number {
    if (this.atEnd) throw new ProtocolError("a header field ends too early");
    return this.#block[this.#at];
  }

  /** RFC 7541, 5.1: in so many bits of this byte, or from there on. */
  number(bits: number): number {
    const most = 2 ** bits - 1;
    let number = this.#byte() & most;
    if (number < most) return number;
    for (let i = 0; i < MOST_CONTINUATIONS; i++) {
      const byte = this.#byte();
      number += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return number;
    }
    throw new ProtocolError("a header field has a number beyond all bounds");
  }

  /** RFC 7541, 5.2. */
  text(): string {
    const coded = (this.peek() & HUFFMAN) !== 0;
    const length = this.number(7);
    const bytes = this.#block.subarray(this.#at, this.#at + length);
    if (bytes.length < length) throw new ProtocolError("a header field ends too early");
    this.#at += length;
    return decodeLatin1(coded ? decodeHuffman(bytes) : bytes);
  }

  #byte(): number {
    const byte = this.peek();
    this.#at++;
    return byte;
  }
}

/** Throws {@link ProtocolError}. */
export function decodeHuffman(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const text: number[] = [];
  let code = 0;
  let length = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code << 1 | byte >> bit & 1;
      const symbol = huffmanSymbol(code, ++length);
      if (symbol === undefined) continue;
      if (symbol === END_OF_STRING) throw new ProtocolError("a header field has an end within its code");
      text.push(symbol);
      code = length = 0;
    }
  }
  // What is left of the last byte is filled with ones, the beginning of the end's code.
  if (length > 7 || code !== 2 ** length - 1) throw new ProtocolError("a header field ends within a code");
  return Uint8Array.from(text);
}
