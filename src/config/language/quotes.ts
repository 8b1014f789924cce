/**
 * Where a value ends: quotes, and the comment that may follow.
 *
 * Backslashes mean nothing here: expressions are full of them. A quote closes only where a value
 * can end, so that `"class="ok""` is one value with quotes in it, as it has always been.
 */

import { type Grammar, mistake, type Reading, type Remark, type Schema, shifted, value } from "./grammar.ts";

/** A value without its comment, and what is worth saying about its `#` signs. */
export interface ValueExtent {
  /** Offset after the value's last character. */
  readonly end: number;
  /** The first `#` inside quotes: it belongs to the value. */
  readonly quotedHash?: number;
  /** A comment's `#` that directly touches the value. */
  readonly touchingHash?: number;
}

/** Finds the end of the value that begins at `start`. */
export function valueExtent(line: string, start: number): ValueExtent {
  let quotedHash: number | undefined;
  let isOpen = false;
  for (let i = start; i < line.length; i++) {
    if (line[i] === '"' && !isOpen && (i === start || opensQuote(line, i, start))) {
      const close = closingQuote(line, i);
      // Then none closes behind it either.
      isOpen = close < 0;
      if (isOpen) continue;
      const hash = line.slice(i, close).indexOf("#");
      if (hash >= 0) quotedHash ??= i + hash;
      i = close;
    } else if (line[i] === "#") {
      const end = start + line.slice(start, i).trimEnd().length;
      return { end, quotedHash, touchingHash: end === i && i > start && line[i - 1] !== '"' ? i : undefined };
    }
  }
  return { end: line.trimEnd().length, quotedHash };
}

/** Whether what stands before a quote lets it open: a blank, a comma, or a ! that the value begins with. */
function opensQuote(line: string, at: number, start: number): boolean {
  return /[\s,]/.test(line[at - 1]) || (at === start + 1 && line[start] === "!");
}

/** The quote that closes the one at `open`, or -1: the first one after which a value can end. */
export function closingQuote(text: string, open: number): number {
  for (let i = text.indexOf('"', open + 1); i >= 0; i = text.indexOf('"', i + 1)) {
    const next = text[i + 1];
    if (next === undefined || /[\s,]/.test(next)) return i;
    if (next === "#" && !text.includes('"', i + 1)) return i;
  }
  return -1;
}

/** A text out of its quotes, and where it begins within the raw value. */
export interface Unquoted {
  readonly text: string;
  readonly at: number;
}

/** Takes the quotes off a value that is one quoted string, or gives back the value that has none. */
export function unquote(raw: string): Reading<Unquoted> {
  if (raw.startsWith("'") && raw.endsWith("'") && raw.length > 1) {
    return mistake({ at: 0, length: 1 }, "single quotes do not quote here", "write double quotes");
  }
  if (!raw.startsWith('"')) return value({ text: raw, at: 0 });
  if (raw.length > 1 && raw.endsWith('"')) return value({ text: raw.slice(1, -1), at: 1 });
  const close = closingQuote(raw, 0);
  if (close < 0) return mistake({ at: 0, length: 1 }, "the closing quote is missing");
  return mistake({ at: close + 1, length: raw.length - close - 1 }, "there is text after the closing quote");
}

/** Takes off quotes that can be no part of the value: single ones, and one that has lost its fellow, as of old. */
export function unquoteLoosely(raw: string): Reading<Unquoted> {
  if (/^'[^'"]*'$/.test(raw)) return value({ text: raw.slice(1, -1), at: 1 }, SINGLE);
  if (/^"[^"]+$/.test(raw)) return value({ text: raw.slice(1).trim(), at: 1 }, NOT_CLOSED);
  if (/^[^"]+"$/.test(raw)) return value({ text: raw.slice(0, -1).trim(), at: 0 }, NOT_OPENED);
  return unquote(raw);
}

/** What is said of single quotes. */
export const SINGLE: Remark = { text: "single quotes are taken for double ones", hint: "write double quotes, or none" };
const HALF = "write both quotes, or none";
/** What is said of a quote that is not closed. */
export const NOT_CLOSED: Remark = { text: "the closing quote is missing: the value ends with the line", hint: HALF };
const NOT_OPENED: Remark = { text: "the opening quote is missing: the value begins behind the =", hint: HALF };

/** A grammar of one value that may stand in quotes, which are no part of it; `read` gets it without them. */
export function quotable<T>(form: string, read: (text: string) => Reading<T>, schema?: Schema): Grammar<T> {
  return { form, schema, isLoose: true, read: (raw) => readBare(unquoteLoosely(raw), read), readText: read };
}

/** A grammar of text that may have quotes in it, and stand in quotes: then it has both. */
export function quotableText<T>(form: string, read: (text: string) => Reading<T>, schema?: Schema): Grammar<T> {
  return { form, schema, read: (raw) => readBare(unquote(raw), read), readText: read };
}

function readBare<T>(bare: Reading<Unquoted>, read: (text: string) => Reading<T>): Reading<T> {
  if ("mistake" in bare) return bare;
  const reading = shifted(read(bare.value.text), bare.value.at);
  return "value" in reading && bare.remark ? value(reading.value, bare.remark) : reading;
}
