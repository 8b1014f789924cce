import { Secret } from "../../model/secret.ts";
import type { SyntaxTree } from "../language/syntax_tree.ts";

/** Where something stands in its file, which a new layout may change. */
const PLACES: ReadonlySet<string> = new Set(["line", "column", "length", "at"]);

/** Whether two trees say the same, wherever it stands. */
export function sameTree(a: SyntaxTree, b: SyntaxTree): boolean {
  return same(a, b);
}

function same(a: unknown, b: unknown): boolean {
  if (a instanceof Secret && b instanceof Secret) return a.reveal() === b.reveal();
  if (a instanceof Set && b instanceof Set) return same([...a], [...b]);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const [left, right] = [meaningOf(a), meaningOf(b)];
  return left.length === right.length &&
    left.every(([name, value], i) => name === right[i][0] && same(value, right[i][1]));
}

function meaningOf(value: object): readonly [string, unknown][] {
  return Object.entries(value).filter(([name]) => !PLACES.has(name));
}
