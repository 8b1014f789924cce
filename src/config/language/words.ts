/**
 * Values of several words and quoted strings.
 */

import { mistake, type Reading, type Remark, type Spot, value } from "./grammar.ts";
import { closingQuote, NOT_CLOSED, SINGLE, type Unquoted, unquoteLoosely } from "./quotes.ts";

/** A word or a quoted string. */
export interface Word extends Spot {
  readonly text: string;
  readonly inQuotes: boolean;
}

/**
 * A line that is quoted as a whole; the quotes of a request and receive pair stay. Such a value begins with a name: a quote
 * there opens all of the line, and an odd one has lost its fellow.
 */
export function withoutOuterQuotes(raw: string): Unquoted & { readonly remark?: Remark } {
  if (!raw.startsWith('"')) {
    const isHalf = /^[^"]+"$/.test(raw);
    const bare = isHalf || /^'[^']*'$/.test(raw) ? unquoteLoosely(raw) : undefined;
    if (bare && "value" in bare) return { ...bare.value, remark: bare.remark };
    return /^'.*'$/.test(raw) ? { text: raw.slice(1, -1), at: 1, remark: SINGLE } : { text: raw, at: 0 };
  }
  const quotes = raw.split('"').length - 1;
  if (quotes % 2 === 0 && raw.endsWith('"')) return { text: raw.slice(1, -1), at: 1 };
  return quotes % 2 === 1 ? { text: raw.slice(1), at: 1, remark: NOT_CLOSED } : { text: raw, at: 0 };
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
