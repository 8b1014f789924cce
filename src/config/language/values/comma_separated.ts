/**
 * Lists with commas between their words.
 */

/** The words of a comma-separated list, with their places; an empty one is a mistake that its grammar will see. */
export function* commaSeparated(text: string): Generator<{ readonly word: string; readonly at: number }> {
  let at = 0;
  for (const part of text.split(",")) {
    const word = part.trim();
    yield { word, at: at + (part.length - part.trimStart().length) };
    at += part.length + 1;
  }
}
