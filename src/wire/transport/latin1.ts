/**
 * Text with one character for each byte, which is what protocols and `receive` expressions are matched on.
 * (WHATWG's "latin1" is windows-1252, which moves 27 of them.)
 */

/** Arguments that one call may take without overflowing the stack. */
const SLICE = 8192;

/** A character for each byte, with the byte's value as its code. */
export function decodeLatin1(bytes: Uint8Array): string {
  if (bytes.length <= SLICE) return characters(bytes);
  let text = "";
  for (let start = 0; start < bytes.length; start += SLICE) text += characters(bytes.subarray(start, start + SLICE));
  return text;
}

/** `apply` reads the array as it is; spread goes through an iterator, which takes nine times as long. */
function characters(bytes: Uint8Array): string {
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}

/** The inverse of {@link decodeLatin1}; of a character beyond U+00FF only the low byte is kept. */
export function encodeLatin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Text as `receive` expressions see it: one character for each byte of its UTF-8 form. */
export function utf8Characters(text: string): string {
  return decodeLatin1(new TextEncoder().encode(text));
}

/** Text of a URL, one character a byte: `%XX` is the byte that it stands for, a stray `%` itself. */
export function percentDecoded(text: string): string {
  return utf8Characters(text).replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

/** Returns the text that bytes in Latin-1 are in UTF-8, for people to read; any other text as it is. */
export function asUtf8(text: string): string {
  if (!/[\x80-\xff]/.test(text) || /[^\0-\xff]/.test(text)) return text;
  try {
    return utf8.decode(encodeLatin1(text));
  } catch {
    return text;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
