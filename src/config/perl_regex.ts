import type { Pattern } from "../model/check.ts";
import { sourceBytes } from "./source_text.ts";

/** Why an expression cannot be compiled. */
export interface PatternProblem {
  /** Offset in the source. */
  readonly at: number;
  readonly text: string;
  /** What to write instead. */
  readonly hint?: string;
}

/** Compiles a Perl regular expression for texts of one character per byte. */
export function compilePattern(source: string): Pattern | PatternProblem {
  try {
    const expression = new RegExp(sourceBytes(source));
    return { source, matches: (text) => expression.test(text) };
  } catch (error) {
    return { at: 0, text: (error as Error).message };
  }
}
