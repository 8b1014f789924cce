/**
 * Sets of bytes: what one character of a regular expression may match. Byte for byte as Perl has
 * them for text that is not Unicode: letters, digits and blanks are ASCII's, save for \h and \v.
 */

/** 256 flags, one for each byte. */
export type ByteSet = Uint8Array;

/** A set by what it holds. */
export function bytesWhere(holds: (byte: number) => boolean): ByteSet {
  const set = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) if (holds(byte)) set[byte] = 1;
  return set;
}

const SINGLE = new Map<number, ByteSet>();

/** The set of one byte: always the same object, as most of an expression is made of these. */
export function oneByte(byte: number): ByteSet {
  let set = SINGLE.get(byte);
  if (!set) SINGLE.set(byte, set = bytesWhere((each) => each === byte));
  return set;
}

/** Everything that is not in the set. */
export function complement(set: ByteSet): ByteSet {
  return set.map((flag) => 1 - flag);
}

/** Adds the members of another set. */
export function include(set: ByteSet, other: ByteSet): void {
  for (let byte = 0; byte < 256; byte++) set[byte] |= other[byte];
}

/** The set with the other case of each ASCII letter in it. */
export function foldCase(set: ByteSet): ByteSet {
  return bytesWhere((byte) => set[byte] === 1 || (isLetter(byte) && set[byte ^ 0x20] === 1));
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return byte < 0x80 && lower >= 0x61 && lower <= 0x7a;
}

function matching(expression: RegExp): ByteSet {
  return bytesWhere((byte) => byte < 0x80 && expression.test(String.fromCharCode(byte)));
}

/** The inside of `[[:name:]]`. */
export const POSIX_CLASSES: Readonly<Record<string, ByteSet>> = {
  alpha: matching(/[A-Za-z]/),
  digit: matching(/[0-9]/),
  alnum: matching(/[A-Za-z0-9]/),
  lower: matching(/[a-z]/),
  upper: matching(/[A-Z]/),
  punct: matching(/[!-/:-@[-`{-~]/),
  graph: matching(/[!-~]/),
  print: matching(/[ -~]/),
  space: matching(/[\t-\r ]/),
  blank: matching(/[\t ]/),
  // deno-lint-ignore no-control-regex
  cntrl: matching(/[\0-\x1f\x7f]/),
  xdigit: matching(/[0-9A-Fa-f]/),
  word: matching(/[A-Za-z0-9_]/),
  ascii: bytesWhere((byte) => byte < 0x80),
};

const HORIZONTAL = bytesWhere((byte) => byte === 0x09 || byte === 0x20 || byte === 0xa0);
const VERTICAL = bytesWhere((byte) => (byte >= 0x0a && byte <= 0x0d) || byte === 0x85);

/** Every byte but the newline: `.` and `\N`. */
export const NOT_NEWLINE: ByteSet = complement(oneByte(0x0a));

/** Every byte: `.` under `(?s)`. */
export const ANY_BYTE: ByteSet = bytesWhere(() => true);

/** `\d` and its like, by the letter. */
export const SHORTHANDS: Readonly<Record<string, ByteSet>> = {
  d: POSIX_CLASSES.digit,
  D: complement(POSIX_CLASSES.digit),
  w: POSIX_CLASSES.word,
  W: complement(POSIX_CLASSES.word),
  s: POSIX_CLASSES.space,
  S: complement(POSIX_CLASSES.space),
  h: HORIZONTAL,
  H: complement(HORIZONTAL),
  v: VERTICAL,
  V: complement(VERTICAL),
};
