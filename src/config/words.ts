/**
 * Values of several words and quoted strings.
 */

import { mistake, type Reading, type Spot, value } from "./grammar.ts";
import { closingQuote } from "./quotes.ts";

/** A word or a quoted string. */
export interface Word extends Spot {
  readonly text: string;
  readonly inQuotes: boolean;
}

/** A line whose quotes hold all of it; those of a request and receive pair stay. */
export function withoutOuterQuotes(raw: string): { readonly text: string; readonly at: number } {
  return /^"[^"]*"$/.test(raw) ? { text: raw.slice(1, -1), at: 1 } : { text: raw, at: 0 };
}

/** Words and quoted strings, separated by blanks and at most one comma. */
export function readWords(text: string, start: number): Reading<Word[]> {
  const words: Word[] = [];
  let at = start;
  while (at < text.length) {
    const gap = /\s*(,?)\s*/y;
    gap.lastIndex = at;
    const [separator, comma] = gap.exec(text)!;
    if (comma && !words.at(-1)?.inQuotes) {
      return mistake(
        { at: text.indexOf(",", at), length: 1 },
        STRAY,
        "a comma stands only between quoted strings",
      );
    }
    at += separator.length;
    if (at === text.length) break;
    if (separator === "" && words.length === 0) {
      return mistake({ at, length: text.length - at }, STRAY);
    }
    if (text[at] === '"') {
      const close = closingQuote(text, at);
      if (close < 0) return mistake({ at, length: 1 }, "the closing quote is missing");
      words.push({ text: text.slice(at + 1, close), at, length: close + 1 - at, inQuotes: true });
      at = close + 1;
    } else {
      const length = /^[^\s,]+/.exec(text.slice(at, at + 256))?.[0].length ?? 1;
      words.push({ text: text.slice(at, at + length), at, length, inQuotes: false });
      at += length;
    }
  }
  return value(words);
}

/** What is said of text that has no business where it is, and that may be a request with a password in it. */
export const STRAY = "Invalid text";
