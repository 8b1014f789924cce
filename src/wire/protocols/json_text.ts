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
const MAX_NUMBER = 1000;

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
      const value = tokens.scalar();
      if (isWanted) finding = { is: "scalar", value };
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
    isOnPath = goOn(tokens, open, path);
  }
}

function goOn(tokens: Tokens, open: readonly Open[], path: readonly (string | number)[]): boolean {
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
  const name = tokens.scalar();
  tokens.next();
  tokens.require(":");
  tokens.next();
  return isOnPath && name === step;
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
    } else if (/[{}[\],:]/.test(first)) {
      this.kind = first as "{";
      at++;
    } else if (first === '"') {
      this.kind = "string";
      at = this.#closingQuote(at + 1) + 1;
    } else {
      this.kind = "literal";
      while (at < text.length && /[-+.0-9A-Za-z]/.test(text[at])) at++;
    }
    this.#end = at;
  }

  require(kind: TokenKind): void {
    if (this.kind !== kind) this.fail();
  }

  /** The value of the token, which must be a string, number or word. */
  scalar(): JsonScalar {
    if (this.kind !== "string" && this.kind !== "literal") this.fail();
    const raw = this.#text.slice(this.#start, this.#end);
    if (this.kind === "string") return this.#string(raw);
    if (Object.hasOwn(WORDS, raw)) return WORDS[raw];
    if (raw.length > MAX_NUMBER || !NUMBER.test(raw)) this.fail();
    return Number(raw);
  }

  fail(what = this.kind === "end" ? "it ends too early" : "an unexpected character"): never {
    throw new NotJson(`${what} at byte ${this.#start + 1}`);
  }

  #string(raw: string): string {
    if (!raw.includes("\\")) return asUtf8(raw.slice(1, -1));
    try {
      return JSON.parse(asUtf8(raw));
    } catch {
      return this.fail("a string with a bad escape");
    }
  }

  #closingQuote(from: number): number {
    const text = this.#text;
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) return at;
      if (code === BACKSLASH) at++;
      else if (code < BLANK) this.fail("a string with a control character");
    }
    return this.fail("a string that does not end");
  }
}

/** RFC 8259, 2: blank, tab, line feed, carriage return. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}
