/**
 * The grammars of a dialogue's lines: what is sent, and what is expected.
 */

import { Secret } from "../../../model/secret.ts";
import { sourceBytes } from "../../../model/source_text.ts";
import { type Grammar, mistake, type Reading, shifted, value, whole } from "../grammar.ts";
import { quotableText, unquote, type Unquoted } from "../quotes.ts";
import { closed } from "./texts.ts";

const HEX_PREFIX = "hex:";
const NOT = "!";

/** What must occur in an answer, or must not, as written. */
export interface ExpectValue {
  readonly isUnwanted: boolean;
  /** The bytes, one character each; absent: `source` is a regular expression. */
  readonly bytes?: string;
  readonly source: string;
  /** Offset of the source within the value. */
  readonly at: number;
}

/** Bytes to send: a text with escapes, or `hex:` and digits. */
export const sending: Grammar<Secret> = {
  ...quotableText("text", (text) => {
    const reading = text.startsWith(HEX_PREFIX) ? readHex(text) : unescaped(text);
    return "value" in reading ? value(new Secret(reading.value)) : reading;
  }),
  openPart: closed,
  inLine,
};

/** A regular expression, or `hex:` and digits; behind a `!` what must not occur. */
export const expectation: Grammar<ExpectValue> = {
  form: "[!]regular expression",
  openPart: closed,
  inLine,
  read: (raw) => raw.startsWith(NOT) ? readUnwanted(raw) : placed(unquote(raw), readExpected),
  readText: (text) => text.startsWith(NOT) ? readUnwanted(text) : readExpected(text),
};

/**
 * Texts and expressions have the same escapes for controls; between hexadecimal digits any blank will do. What stands behind
 * a backslash stays, and so do blanks that an expression with the flag x passes over.
 */
function inLine(text: string): string {
  if (/\(\?\^?[a-z]*x/.test(text)) return text;
  const names: Readonly<Record<string, string>> = { "\r": "\\r", "\n": "\\n", "\t": "\\t" };
  const isHex = /^!?"?hex:/.test(text);
  // deno-lint-ignore no-control-regex
  return text.replace(/(?<!\\)[\0-\x1f\x7f]/g, (control) => {
    if (isHex) return " ";
    return names[control] ?? `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

/** What stands behind the `!` may have quotes of its own. */
function readUnwanted(raw: string): Reading<ExpectValue> {
  const reading = placed(unquote(raw.slice(NOT.length)), (text) => readSource(text, true));
  return moved(reading, NOT.length);
}

/** A text without its quotes, which may have the `!` in them. */
function readExpected(text: string): Reading<ExpectValue> {
  return text.startsWith(NOT) ? moved(readSource(text.slice(NOT.length), true), NOT.length) : readSource(text, false);
}

function readSource(source: string, isUnwanted: boolean): Reading<ExpectValue> {
  if (source === "") return mistake(whole(source), "there is nothing to expect", 'write "(?s)." for any answer');
  if (!source.startsWith(HEX_PREFIX)) return value({ isUnwanted, source, at: 0 });
  const bytes = readHex(source);
  return "value" in bytes ? value({ isUnwanted, bytes: bytes.value, source, at: 0 }) : bytes;
}

/** Reads a text that has lost its quotes. */
function placed(bare: Reading<Unquoted>, read: (text: string) => Reading<ExpectValue>): Reading<ExpectValue> {
  return "mistake" in bare ? bare : moved(read(bare.value.text), bare.value.at);
}

/** The reading of a text that begins so many characters into the value. */
function moved(reading: Reading<ExpectValue>, by: number): Reading<ExpectValue> {
  if ("mistake" in reading) return shifted(reading, by);
  return value({ ...reading.value, at: reading.value.at + by }, reading.remark);
}

/** Pairs of hexadecimal digits, with blanks between them or not. */
function readHex(text: string): Reading<string> {
  const digits = text.slice(HEX_PREFIX.length);
  const wrong = digits.search(/[^0-9a-fA-F\s]/);
  const hint = "write pairs of 0 to 9 and a to f, as in hex:0d 0a";
  if (wrong >= 0) return mistake({ at: HEX_PREFIX.length + wrong, length: 1 }, "this is no hexadecimal digit", hint);
  const bare = digits.replace(/\s+/g, "");
  if (bare === "" || bare.length % 2 === 1) return mistake(whole(text), "a byte has two hexadecimal digits", hint);
  return value(bare.replace(/../g, (pair) => String.fromCharCode(parseInt(pair, 16))));
}

const ESCAPES: Readonly<Record<string, string>> = { r: "\r", n: "\n", t: "\t", "\\": "\\", '"': '"' };

/** The bytes of a text, one character each, with its escapes read. */
function unescaped(text: string): Reading<string> {
  if (text === "") return mistake(whole(text), "there is nothing to send");
  let bytes = "";
  for (const { 0: piece, 1: hex, 2: letter, index } of text.matchAll(/\\x([0-9a-fA-F]{2})|\\(.?)|[^\\]+/gs)) {
    if (hex !== undefined) bytes += String.fromCharCode(parseInt(hex, 16));
    else if (letter === undefined) bytes += sourceBytes(piece);
    else if (Object.hasOwn(ESCAPES, letter)) bytes += ESCAPES[letter];
    else {
      const hint = 'the escapes are \\r \\n \\t \\\\ \\" and \\xHH; write \\\\ for a backslash';
      return mistake({ at: index, length: piece.length }, "this backslash begins no escape", hint);
    }
  }
  return value(bytes);
}
