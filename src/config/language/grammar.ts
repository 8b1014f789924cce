/**
 * A value grammar: how one kind of value is written, and the reader that turns it into what it means.
 */

/** A part of a value's text. */
export interface Spot {
  /** Offset of its first character within the value. */
  readonly at: number;
  readonly length: number;
}

/** Why a value cannot be read, and which part of it is to blame. */
export interface Mistake extends Spot {
  readonly text: string;
  /** What to write instead. */
  readonly hint?: string;
}

/** What is worth saying of a value that was understood. */
export interface Remark {
  readonly text: string;
  /** What to write instead. */
  readonly hint: string;
}

/** What a reader makes of a value. */
export type Reading<T> = { readonly value: T; readonly remark?: Remark } | { readonly mistake: Mistake };

/** How one kind of value is written. */
export interface Grammar<T> {
  /** As the manual prints it: `seconds`, `yes|no`. */
  readonly form: string;
  /** Reads a value as it stands in the file: quotes still on, comment and surrounding blanks gone. */
  read(raw: string): Reading<T>;
  /** Quotes are never part of the value: it may have lost one of them. */
  readonly isLoose?: true;
  /** Reads a text that is the value itself, wherever it comes from, quotes and all; absent: `read` does. */
  readText?(text: string): Reading<T>;
  /** Gives a text that means the same and has no line ends or other controls in it; absent: there is none. */
  inLine?(text: string): string;
  /**
   * How many characters at the beginning of a value cannot be secret; absent: none of it can. The messages of such a grammar
   * quote nothing of the rest.
   */
  openPart?(raw: string): number;
  /** What a JSON Schema may say of the value beyond its being text. */
  readonly schema?: Schema;
}

/** Whether a value is words separated by commas, which other syntaxes may write as a list. */
export function isList({ form }: Grammar<unknown>): boolean {
  return form.endsWith(",...");
}

/** A fragment of a JSON Schema (draft-07). */
export type Schema = { readonly [keyword: string]: unknown };

/** Reads a value that was not written in a configuration file's way. */
export function readText<T>(grammar: Grammar<T>, text: string): Reading<T> {
  return grammar.readText ? grammar.readText(text) : grammar.read(text);
}

/** A value that was understood. */
export function value<T>(value: T, remark?: Remark): { readonly value: T; readonly remark?: Remark } {
  return remark ? { value, remark } : { value };
}

/** A value, or the part of one, that was not. */
export function mistake(spot: Spot, text: string, hint?: string): { readonly mistake: Mistake } {
  return { mistake: { at: spot.at, length: Math.max(1, spot.length), text, hint } };
}

/** The whole of a text. */
export function whole(text: string): Spot {
  return { at: 0, length: text.length };
}

/** A reading of a text that begins so many characters into the value. */
export function shifted<T>(reading: Reading<T>, by: number): Reading<T> {
  if ("value" in reading || by === 0) return reading;
  return { mistake: { ...reading.mistake, at: reading.mistake.at + by } };
}
