const LONGEST = 40;

/** What another first letter adds to the distance: less than an edit. */
const LESS_NEAR = 0.5;

/**
 * Returns the word that was probably meant: the nearest of `words`, if it is plausible. One edit is for words of three letters or
 * more, two are for words of five or more that begin alike. Of two that are as near, the one that begins alike counts: first letters
 * are seldom wrong. Addresses are never proposed, nor what differs in its digits only: one
 * of them is as likely as its neighbour.
 */
export function closest(text: string, words: Iterable<string>): string | undefined {
  if (text.length < 3 || text.length > LONGEST || isAddress(text)) return undefined;
  const lower = text.toLowerCase();
  const withoutDigits = lower.replace(/\d/g, "");
  let best: { word: string; distance: number } | undefined;
  for (const word of words) {
    const candidate = word.toLowerCase();
    const allowed = text.length >= 5 && candidate[0] === lower[0] ? 2 : 1;
    if (Math.abs(word.length - text.length) > allowed || isAddress(word)) continue;
    if (candidate !== lower && candidate.replace(/\d/g, "") === withoutDigits) continue;
    const edits = editDistance(lower, candidate);
    const distance = edits + (candidate[0] === lower[0] ? 0 : LESS_NEAR);
    if (edits <= allowed && (!best || distance < best.distance)) best = { word, distance };
  }
  return best?.word;
}

/** Words that are looked at when the nearest ones are wanted: it takes a moment for each. */
const MOST_COMPARED = 1_000;

/** Returns those words that are nearest to a text, the nearest first. */
export function nearest(text: string, words: readonly string[], most: number): readonly string[] {
  const lower = text.slice(0, LONGEST).toLowerCase();
  return [...new Set(words)].slice(0, MOST_COMPARED)
    .map((word) => ({ word, distance: editDistance(lower, word.slice(0, LONGEST).toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ word }) => word);
}

/** Whether a text is an address, perhaps with a protocol and a port; a word of the letters a to f is none. */
function isAddress(text: string): boolean {
  return /^((tcp|udp|sctp|fwm6?):)?[\d.:[\]a-f]*$/i.test(text) && /[\d:]/.test(text);
}

/** Optimal string alignment: insertions, deletions, substitutions, swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
      }
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length];
}
