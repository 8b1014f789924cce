const LONGEST = 40;

/** The word that was probably meant: the nearest of `words` within two edits, if any is near enough. */
export function closest(text: string, words: Iterable<string>): string | undefined {
  if (text.length > LONGEST) return undefined;
  const lower = text.toLowerCase();
  const allowed = Math.min(2, Math.floor(text.length / 2));
  let best: { word: string; distance: number } | undefined;
  for (const word of words) {
    if (Math.abs(word.length - text.length) > allowed) continue;
    const distance = editDistance(lower, word.toLowerCase());
    if (distance <= allowed && (!best || distance < best.distance)) best = { word, distance };
  }
  return best?.word;
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
