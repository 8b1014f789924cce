/**
 * Where nodes stand in a text.
 */

import { isScalar, type Node } from "yaml";
import type { Place } from "../language/problem.ts";

/** The places of a text's nodes. */
export class Places {
  readonly #lines: readonly string[];
  /** The offset at which each line begins. */
  readonly #starts: readonly number[];
  readonly #before: number;

  /** @param before how many lines of other files stand before the first one. */
  constructor(lines: readonly string[], before = 0) {
    this.#before = before;
    this.#lines = lines;
    let at = 0;
    this.#starts = lines.map(({ length }) => (at += length + 1) - length - 1);
  }

  /** Returns where a node's text stands, without its quotes; of several lines the first. */
  of(node: Node | null): Place {
    const [start, end] = node?.range ?? [0, 0];
    const inside = isScalar(node) && /^QUOTE/.test(node.type ?? "") ? 1 : 0;
    return this.at(start + inside, Math.max(0, end - start - 2 * inside));
  }

  /** Returns the place of so many characters, as far as the line goes. */
  at(offset: number, length: number): Place {
    const line = lineAt(this.#starts, offset);
    const column = offset - (this.#starts[line - 1] ?? 0) + 1;
    const rest = (this.#lines[line - 1]?.length ?? 0) - column + 1;
    return { line: this.#before + line, column: Math.max(1, column), length: Math.max(1, Math.min(length, rest)) };
  }
}

/** The number of the line that has the offset; of those that begin there, the last. */
function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
