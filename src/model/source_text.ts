/**
 * Bytes -> text and back, for files that are UTF-8 except where they are not.
 *
 * A line that is not UTF-8 keeps each of its high bytes as a lone low surrogate, U+DC00 plus the byte,
 * so that a Latin-1 comment does no harm and a Latin-1 expression still matches its own bytes.
 */

import { atOnce, everySoOften, type Steps } from "./steps.ts";

const ESCAPE = 0xdc00;
const NEWLINE = 0x0a;

/** Decodes a file. Never fails. */
export function decodeSource(bytes: Uint8Array): string {
  return atOnce(decodeSourceInSteps(bytes));
}

/** The same in steps. */
export function* decodeSourceInSteps(bytes: Uint8Array): Steps<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    return decoder.decode(bytes);
  } catch {
    const lines: string[] = [];
    for (let start = 0;;) {
      const end = bytes.indexOf(NEWLINE, start);
      lines.push(decodeLine(bytes.subarray(start, end < 0 ? undefined : end), decoder));
      if (end < 0) return lines.join("\n");
      start = end + 1;
      if (everySoOften(lines.length)) yield;
    }
  }
}

/** The bytes that a decoded text had in the file, one character for each. */
export function sourceBytes(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text;
  const encoder = new TextEncoder();
  let bytes = "";
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= ESCAPE + 0x80 && code <= ESCAPE + 0xff) bytes += String.fromCharCode(code - ESCAPE);
    else bytes += String.fromCharCode(...encoder.encode(character));
  }
  return bytes;
}

/** The inverse of {@link decodeSource}. */
export function encodeSource(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(sourceBytes(text), (byte) => byte.charCodeAt(0));
}

function decodeLine(line: Uint8Array, decoder: TextDecoder): string {
  try {
    return decoder.decode(line);
  } catch {
    return Array.from(line, (byte) => String.fromCharCode(byte < 0x80 ? byte : ESCAPE + byte)).join("");
  }
}
