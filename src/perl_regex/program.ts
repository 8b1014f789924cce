/**
 * Tree -> program: a nondeterministic automaton as a list of instructions (Thompson's construction).
 */

import type { ByteSet } from "./byte_set.ts";
import { type Assertion, type Node, type Place, RegexError } from "./syntax.ts";

/** One instruction. Numbers are places in the program. */
export type Instruction =
  /** Consumes a byte of the set. */
  | { readonly op: "byte"; readonly set: ByteSet; readonly next: number }
  /** Goes on at each of the places. */
  | { readonly op: "split"; next: readonly number[] }
  /** Goes on where the assertion of this number holds, or does not. */
  | { readonly op: "assert"; readonly assertion: number; readonly holds: boolean; readonly next: number }
  | { readonly op: "match" };

/** Instructions and where they begin. */
export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
}

/** An assertion: a named place, or a look-around with the program that decides it. */
export type CompiledAssertion =
  | { readonly place: Place }
  /** That of a look-ahead reads from right to left. */
  | { readonly side: "ahead" | "behind"; readonly body: Node; readonly program: Program };

/** An expression ready to run: decide the assertions in their order, then run the program. */
export interface CompiledRegex {
  readonly program: Program;
  readonly assertions: readonly CompiledAssertion[];
}

/** Repetitions are written out, so a bound on instructions bounds the time of a match, too. */
const MOST_INSTRUCTIONS = 10_000;
const MOST_ASSERTIONS = 16;

/** Compiles a tree. Throws {@link RegexError} when it is too large. */
export function compileRegex(root: Node): CompiledRegex {
  const compiler = new Compiler();
  const program = compiler.program(root, "forward");
  return { program, assertions: compiler.assertions };
}

type Direction = "forward" | "backward";

class Compiler {
  readonly assertions: CompiledAssertion[] = [];
  #size = 0;

  program(root: Node, direction: Direction): Program {
    const instructions: Instruction[] = [];
    const emit = (instruction: Instruction): number => {
      if (++this.#size > MOST_INSTRUCTIONS) {
        throw new RegexError(
          0,
          "the expression is too large: its repetitions multiply",
          "use smaller {n} bounds, or *",
        );
      }
      return instructions.push(instruction) - 1;
    };
    /** Emits a node that goes on at `next`; gives the place where it begins. */
    const compile = (node: Node, next: number): number => {
      switch (node.kind) {
        case "byte":
          return emit({ op: "byte", set: node.set, next });
        case "sequence":
          return direction === "forward"
            ? node.parts.reduceRight((after, part) => compile(part, after), next)
            : node.parts.reduce((after, part) => compile(part, after), next);
        case "choice":
          return emit({ op: "split", next: node.options.map((option) => compile(option, next)) });
        case "repeat":
          return repeat(node, next);
        case "assert":
          return emit({ op: "assert", assertion: this.#number(node.assertion), holds: node.holds, next });
      }
    };
    const repeat = ({ body, least, most }: Node & { kind: "repeat" }, next: number): number => {
      let begin = next;
      if (most === Infinity) {
        const loop: Instruction = { op: "split", next: [] };
        begin = emit(loop);
        loop.next = [compile(body, begin), next];
      } else {
        for (let i = least; i < most; i++) begin = emit({ op: "split", next: [compile(body, begin), next] });
      }
      for (let i = 0; i < least; i++) begin = compile(body, begin);
      return begin;
    };
    const start = compile(root, emit({ op: "match" }));
    return { instructions, start };
  }

  /** The number of an assertion. Those inside a look-around come before it. */
  #number(assertion: Assertion): number {
    const known = this.assertions.findIndex((each) =>
      "place" in each ? each.place === assertion.kind : "body" in assertion && each.body === assertion.body
    );
    if (known >= 0) return known;
    const compiled = "body" in assertion
      ? {
        side: assertion.kind,
        body: assertion.body,
        program: this.program(assertion.body, assertion.kind === "ahead" ? "backward" : "forward"),
      }
      : { place: assertion.kind };
    if (this.assertions.length === MOST_ASSERTIONS) {
      throw new RegexError(0, `the expression has more than ${MOST_ASSERTIONS} different assertions`);
    }
    return this.assertions.push(compiled) - 1;
  }
}
