/**
 * One value of a JSON text (RFC 8259), found without making an object of the text. A reply of a megabyte costs JSON.parse
 * 160 ms in which nothing else is done, and ten times its size in memory: here it is read in steps, and only the wanted
 * value is kept.
 */

import { everySoOften, type Steps } from "../../model/steps.ts";
import { asUtf8 } from "../transport/latin1.ts";

/** A value that is no object and no list. */
export type JsonScalar = string | number | boolean | null;

/** What stands at a place of a text. */
export type JsonFinding =
  | { readonly is: "scalar"; readonly value: JsonScalar }
  | { readonly is: "object" | "list" | "missing" }
  /** The text is no JSON; `text` says where. */
  | { readonly is: "no JSON"; readonly text: string };

/** Levels of objects and lists that are followed. */
const MAX_DEPTH = 500;
/** Characters of a number: no server writes longer ones. */
const MAX_LITERAL = 1000;

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const WORDS: Readonly<Record<string, JsonScalar>> = { true: true, false: false, null: null };
const BYTE_ORDER_MARK = "\xef\xbb\xbf";
const [QUOTE, BACKSLASH, BLANK] = [0x22, 0x5c, 0x20];

/**
 * Finds the value at a path in a text of one character a byte: names lead into objects, numbers (from 0) into lists, and no
 * step at all to the whole text. Of a name that an object has twice, the last one counts, as for JSON.parse.
 */
export function* findInJson(text: string, path: readonly (string | number)[]): Steps<JsonFinding> {
  try {
    return yield* find(new Tokens(text), path);
  } catch (error) {
    if (error instanceof NotJson) return { is: "no JSON", text: error.message };
    throw error;
  }
}

class NotJson extends Error {}

/** An object or list that is open. */
interface Open {
  readonly close: "}" | "]";
  /** The path leads through it. */
  readonly isOnPath: boolean;
  /** Items before the one that is read. */
  index: number;
}

function* find(tokens: Tokens, path: readonly (string | number)[]): Steps<JsonFinding> {
  const open: Open[] = [];
  let finding: JsonFinding = { is: "missing" };
  let isOnPath = true;
  for (let count = 0;; count++) {
    if (everySoOften(count)) yield;
    // The token begins a value, which stands in as many objects and lists as are open.
    const isWanted = isOnPath && open.length === path.length;
    if (isOnPath) finding = { is: "missing" };
    const { kind } = tokens;
    if (kind === "{" || kind === "[") {
      if (isWanted) finding = { is: kind === "{" ? "object" : "list" };
      if (open.length === MAX_DEPTH) tokens.fail(`more than ${MAX_DEPTH} levels`);
      open.push({ close: kind === "{" ? "}" : "]", isOnPath: isOnPath && !isWanted, index: 0 });
      tokens.next();
      if (tokens.kind !== open.at(-1)!.close) {
        isOnPath = enter(tokens, open, path);
        continue;
      }
    } else {
      tokens.requireScalar();
      if (isWanted) finding = { is: "scalar", value: tokens.scalar() };
      tokens.next();
    }
    while (open.length > 0 && tokens.kind === open.at(-1)!.close) {
      open.pop();
      tokens.next();
    }
    if (open.length === 0) {
      if (tokens.kind !== "end") tokens.fail("more text after its end");
      return finding;
    }
    tokens.require(",");
    isOnPath = proceed(tokens, open, path);
  }
}

function proceed(tokens: Tokens, open: readonly Open[], path: readonly (string | number)[]): boolean {
  tokens.next();
  open.at(-1)!.index++;
  return enter(tokens, open, path);
}

/** Goes to the value that an object or list has next; returns whether the path leads to it. */
function enter(tokens: Tokens, open: readonly Open[], path: readonly (string | number)[]): boolean {
  const { close, isOnPath, index } = open.at(-1)!;
  const step = path[open.length - 1];
  if (close === "]") return isOnPath && step === index;
  tokens.require("string");
  const is = isOnPath && tokens.scalar() === step;
  tokens.next();
  tokens.require(":");
  tokens.next();
  return is;
}

type TokenKind = "{" | "}" | "[" | "]" | "," | ":" | "string" | "literal" | "end";

/** The tokens of a text, one after the other. */
class Tokens {
  kind: TokenKind = "end";
  readonly #text: string;
  #start: number;
  #end: number;

  constructor(text: string) {
    this.#text = text;
    this.#start = this.#end = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
    this.next();
  }

  next(): void {
    const text = this.#text;
    let at = this.#end;
    while (at < text.length && isBlank(text.charCodeAt(at))) at++;
    this.#start = at;
    const first = text[at];
    if (first === undefined) {
      this.kind = "end";
    } else if ("{}[],:".includes(first)) {
      this.kind = first as "{";
      at++;
    } else if (first === '"') {
      this.kind = "string";
      at = this.#closingQuote(at + 1) + 1;
    } else {
      this.kind = "literal";
      // A longer one is none, wherever it ends.
      while (at < text.length && at - this.#start <= MAX_LITERAL && isOfLiteral(text.charCodeAt(at))) at++;
    }
    this.#end = at;
  }

  require(kind: TokenKind): void {
    if (this.kind !== kind) this.fail();
  }

  /** Requires that the token is a string, number or word. Strings have been looked at when they were read. */
  requireScalar(): void {
    if (this.kind === "string") return;
    this.require("literal");
    const raw = this.#text.slice(this.#start, this.#end);
    if (!Object.hasOwn(WORDS, raw) && (raw.length > MAX_LITERAL || !NUMBER.test(raw))) this.fail();
  }

  /** The value of the token, which is a string, number or word. */
  scalar(): JsonScalar {
    const raw = this.#text.slice(this.#start, this.#end);
    if (this.kind === "string") return raw.includes("\\") ? JSON.parse(asUtf8(raw)) : asUtf8(raw.slice(1, -1));
    return Object.hasOwn(WORDS, raw) ? WORDS[raw] : Number(raw);
  }

  fail(what = this.kind === "end" ? "it ends too early" : "an unexpected character"): never {
    throw new NotJson(`${what} at byte ${this.#start + 1}`);
  }

  #closingQuote(from: number): number {
    const text = this.#text;
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) return at;
      if (code === BACKSLASH) {
        const length = escapeLength(text, at);
        if (length === 0) this.fail("a string with a bad escape");
        at += length - 1;
      } else if (code < BLANK) this.fail("a string with a control character");
    }
    return this.fail("a string that does not end");
  }
}

/** The characters of an escape, backslash and all; 0 for one that is none (RFC 8259, 7). */
function escapeLength(text: string, at: number): number {
  const letter = text[at + 1] ?? "";
  if (letter !== "u") return letter !== "" && '"\\/bfnrt'.includes(letter) ? 2 : 0;
  for (let i = at + 2; i < at + 6; i++) if (!isHexDigit(text.charCodeAt(i))) return 0;
  return 6;
}

function isHexDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66) || (code >= 0x41 && code <= 0x46);
}

/** Digits, letters and what else is in numbers. */
function isOfLiteral(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) ||
    code === 0x2b || code === 0x2d || code === 0x2e;
}

/** RFC 8259, 2: blank, tab, line feed, carriage return. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}
