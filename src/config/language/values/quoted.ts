/**
 * How a message names what was written and what may be written.
 */

/** A value in an error text: in quotes, not a page long, without the password of a URL, and without a further `name = value`. */
export function quoted(text: string): string {
  const shown = text.replace(/:[^\s@/:]*@/g, ":***@").replace(FURTHER_VALUE, " …");
  return shown.length > 60 ? `"${shown.slice(0, 60)}…"` : `"${shown}"`;
}

/** `a, b or c`. */
export function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`;
}

/** Where a further directive begins, on a line that has a value already. */
export const FURTHER_VALUE = /\s["']?[\w-]+["']?\s*=.*$/s;
