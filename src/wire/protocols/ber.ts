/**
 * BER (X.690, 8) as LDAP uses it (RFC 4511, 5.1): tags of one byte, and lengths that are known beforehand.
 */

import { ProtocolError } from "../transport/protocol_error.ts";

/** Universal tags (X.680, 8.4), constructed where they are. */
export const BerTag = { INTEGER: 0x02, OCTET_STRING: 0x04, ENUMERATED: 0x0a, SEQUENCE: 0x30 } as const;

/** A value with its tag. */
export interface BerElement {
  readonly tag: number;
  /** The value's bytes; those of a constructed one are elements themselves. */
  readonly content: Uint8Array;
}

/** Bytes of a number, and of a length behind its first byte. */
const MOST_BYTES = 4;

/** The elements that stand one after the other in `bytes`, each when it is asked for. Throws {@link ProtocolError}. */
export function* decodeElements(bytes: Uint8Array): Generator<BerElement, void> {
  for (let at = 0; at < bytes.length;) {
    const [tag, first = 0] = bytes.subarray(at, at + 2);
    const start = at + 2 + (first < 0x80 ? 0 : first - 0x80);
    const length = first < 0x80 ? first : decodeUnsigned(bytes.subarray(at + 2, start));
    if (start + length > bytes.length) throw broken();
    at = start + length;
    yield { tag, content: bytes.subarray(start, at) };
  }
}

/** What an element holds. Throws {@link ProtocolError} where it is missing, or has another tag. */
export function contentOf(element: BerElement | undefined, tag = element?.tag): Uint8Array {
  if (!element || element.tag !== tag) throw broken();
  return element.content;
}

/** A number that is not negative. Throws {@link ProtocolError}. */
export function decodeUnsigned(content: Uint8Array): number {
  if (content.length < 1 || content.length > MOST_BYTES) throw broken();
  return content.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** A text in UTF-8. */
export function decodeText(content: Uint8Array): string {
  return new TextDecoder().decode(content);
}

function broken(): ProtocolError {
  return new ProtocolError("the server sent a broken LDAP message");
}
