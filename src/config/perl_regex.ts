/**
 * `receive`: Perl regular expressions over bytes. Whether one matches is decided in time that grows
 * with the answer's length only, so that no answer and no expression can keep the director busy.
 */

import type { Pattern } from "../model/check.ts";
import { SHORTHANDS } from "./regex/byte_set.ts";
import { Automaton, type Marks } from "./regex/automaton.ts";
import { parseRegex } from "./regex/parser.ts";
import { compileRegex } from "./regex/program.ts";
import { type Place, RegexError } from "./regex/syntax.ts";
import { sourceBytes } from "./source_text.ts";

/** Why an expression cannot be compiled. */
export interface PatternProblem {
  /** Offset in the source. */
  readonly at: number;
  readonly text: string;
  /** What to write instead. */
  readonly hint?: string;
}

/** What lies beyond the first so many bytes is not looked at. */
const MOST_BYTES = 1024 * 1024;

/**
 * Compiles a Perl regular expression: unanchored, without flags, for texts of one character per
 * byte. Characters of the source that are not ASCII stand for their bytes in the file.
 */
export function compilePattern(source: string): Pattern | PatternProblem {
  try {
    return new CompiledPattern(source);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    return { at: characterOffset(source, error.at), text: error.message, hint: error.hint };
  }
}

class CompiledPattern implements Pattern {
  readonly #automaton: Automaton;
  readonly #assertions: readonly { readonly place?: Place; readonly around?: Around }[];

  constructor(readonly source: string) {
    const { program, assertions } = compileRegex(parseRegex(sourceBytes(source)));
    this.#automaton = new Automaton(program);
    this.#assertions = assertions.map(({ assertion, program }) =>
      assertion.kind === "ahead" || assertion.kind === "behind"
        ? { around: { automaton: new Automaton(program!), direction: assertion.kind === "ahead" ? "left" : "right" } }
        : { place: assertion.kind }
    );
  }

  matches(text: string): boolean {
    const seen = text.length > MOST_BYTES ? text.slice(0, MOST_BYTES) : text;
    return this.#automaton.matches(seen, this.#marks(seen));
  }

  /** Decides every assertion at every place. One inside another is decided before it. */
  #marks(text: string): Marks | undefined {
    if (this.#assertions.length === 0) return undefined;
    const marks: Marks = new Uint16Array(text.length + 1);
    this.#assertions.forEach(({ place, around }, bit) => {
      if (around) around.automaton.mark(text, marks, bit, around.direction);
      if (!place) return;
      for (let at = 0; at <= text.length; at++) if (PLACES[place](text, at)) marks[at] |= 1 << bit;
    });
    return marks;
  }
}

/** A look-around: where its automaton matches, running in its direction. */
interface Around {
  readonly automaton: Automaton;
  readonly direction: "right" | "left";
}

const PLACES: Readonly<Record<Place, (text: string, at: number) => boolean>> = {
  "text start": (_, at) => at === 0,
  "text end": (text, at) => at === text.length,
  "last line end": (text, at) => at === text.length || (at === text.length - 1 && text[at] === "\n"),
  "line start": (text, at) => at === 0 || (text[at - 1] === "\n" && at < text.length),
  "line end": (text, at) => at === text.length || text[at] === "\n",
  "word boundary": (text, at) => isWord(text, at - 1) !== isWord(text, at),
};

function isWord(text: string, at: number): boolean {
  return at >= 0 && at < text.length && SHORTHANDS.w[text.charCodeAt(at) & 0xff] === 1;
}

/** Where in the source the byte at an offset comes from. */
function characterOffset(source: string, byteOffset: number): number {
  let at = 0;
  let bytes = 0;
  for (const character of source) {
    bytes += sourceBytes(character).length;
    if (bytes > byteOffset) break;
    at += character.length;
  }
  return at;
}
