/**
 * `receive`: Perl regular expressions over bytes. Whether one matches is decided in time that grows
 * with the answer's length only, so that no answer and no expression can keep the director busy.
 */

import type { Steps } from "../model/steps.ts";
import type { Pattern } from "../model/pattern.ts";
import { SHORTHANDS } from "./byte_set.ts";
import { Automaton, type Marks } from "./automaton.ts";
import { parseRegex } from "./parser.ts";
import { type CompiledRegex, compileRegex, type Program } from "./program.ts";
import { type Place, RegexError } from "./syntax.ts";
import { sourceBytes } from "../model/source_text.ts";

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
  readonly #compiled: CompiledRegex;
  readonly #automata = new Map<Program, Automaton>();

  constructor(readonly source: string) {
    this.#compiled = compileRegex(parseRegex(sourceBytes(source)));
  }

  matches(text: string): boolean {
    const seen = bounded(text);
    return this.#automaton(this.#compiled.program).matches(seen, drained(this.#marks(seen)));
  }

  *search(text: string): Steps<boolean> {
    const seen = bounded(text);
    const marks = yield* this.#marks(seen);
    return yield* this.#automaton(this.#compiled.program).search(seen, marks);
  }

  /** Decides every assertion at every place. One inside another is decided before it. */
  *#marks(text: string): Generator<void, Marks | undefined> {
    const { assertions } = this.#compiled;
    if (assertions.length === 0) return undefined;
    const marks: Marks = new Uint16Array(text.length + 1);
    for (const [bit, each] of assertions.entries()) {
      if ("place" in each) markPlaces[each.place](text, (at) => marks[at] |= 1 << bit);
      else yield* this.#automaton(each.program).mark(text, marks, bit, each.side === "ahead" ? "left" : "right");
      yield;
    }
    return marks;
  }

  /** Made when first needed: a configuration may have thousands of expressions. */
  #automaton(program: Program): Automaton {
    let automaton = this.#automata.get(program);
    if (!automaton) this.#automata.set(program, automaton = new Automaton(program));
    return automaton;
  }
}

function bounded(text: string): string {
  return text.length > MOST_BYTES ? text.slice(0, MOST_BYTES) : text;
}

/** What a generator gives in the end. */
function drained<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Where each of the named places is in a text. */
const markPlaces: Readonly<Record<Place, (text: string, mark: (at: number) => void) => void>> = {
  "text start": (_, mark) => mark(0),
  "text end": (text, mark) => mark(text.length),
  "last line end": (text, mark) => {
    mark(text.length);
    if (text.endsWith("\n")) mark(text.length - 1);
  },
  "line start": (text, mark) => {
    mark(0);
    for (const at of newlines(text)) if (at + 1 < text.length) mark(at + 1);
  },
  "line end": (text, mark) => {
    mark(text.length);
    for (const at of newlines(text)) mark(at);
  },
  "word boundary": (text, mark) => {
    const word = SHORTHANDS.w;
    let before = 0;
    for (let at = 0; at <= text.length; at++) {
      const here = at < text.length ? word[text.charCodeAt(at) & 0xff] : 0;
      if (here !== before) mark(at);
      before = here;
    }
  },
};

function* newlines(text: string): Generator<number> {
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) yield at;
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
