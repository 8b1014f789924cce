import { deepStrictEqual } from "node:assert/strict";

/**
 * Compares lines with what they must have in them. In an expected line `…` stands for words that may be put otherwise: a test
 * is about the names, numbers and places in a sentence, unless others rely on the whole of it.
 */
export function saysFacts(lines: readonly string[], expected: readonly string[], message = "facts are missing"): void {
  const shown = lines.map((line, i) => i < expected.length && hasFacts(line, expected[i]) ? expected[i] : line);
  deepStrictEqual(shown, expected, message);
}

/** Whether the line is the expected one, with anything in place of each `…`; a fact is no part of a longer word or number. */
function hasFacts(line: string, expected: string): boolean {
  const facts = expected.split("…").map((fact) => fact.trim());
  const patterns = facts.map((fact) => fact && `(?<![\\w.])${RegExp.escape(fact)}(?!\\w)`);
  return new RegExp(`^${patterns.join(".*")}$`, "s").test(line);
}
