/**
 * A program as a deterministic automaton, built while it runs: time grows with the text's length
 * and nothing else, however the expression and the text are made for each other.
 *
 * A state is the set of places at which the program may be before the next byte. It goes on by a
 * symbol: the class of that byte (bytes that no instruction tells apart are one class, the end of
 * the text another) together with the assertions that hold here.
 */

import type { Instruction, Program } from "./program.ts";

/** Which assertions hold at each place of a text: bit n for assertion n, length + 1 places. */
export type Marks = Uint16Array;

interface State {
  readonly places: Int32Array;
  /** By symbol: the next state's number times two, plus one if the program matches before the byte. */
  readonly steps: number[];
}

const MOST_STATES = 2_000;
const MOST_PLACES = 500_000;
/** Instructions walked through for one text; what is in the automaton already costs nothing. */
const MOST_WORK = 30_000_000;

/** A program, and as much of its automaton as has been needed. */
export class Automaton {
  readonly #program: Program;
  readonly #classOf: Uint8Array;
  readonly #members: readonly number[];
  /** The assertions that the program asks for. */
  readonly #relevant: number;
  #states: State[] = [];
  #numbers = new Map<string, number>();
  #places = 0;
  #work = 0;
  /** When each instruction was last visited, so that none is visited twice in one step. */
  readonly #visited: Uint32Array;
  #visit = 0;

  constructor(program: Program) {
    this.#program = program;
    [this.#classOf, this.#members] = byteClasses(program.instructions);
    this.#relevant = program.instructions.reduce(
      (bits, instruction) => instruction.op === "assert" ? bits | (1 << instruction.assertion) : bits,
      0,
    );
    this.#visited = new Uint32Array(program.instructions.length);
  }

  /** Whether the program matches anywhere in the text. */
  matches(text: string, marks: Marks | undefined): boolean {
    this.#work = 0;
    let state = this.#initial();
    for (let at = 0; at <= text.length; at++) {
      const step = this.#step(state, this.#symbol(text, at, at, marks));
      if (step & 1) return true;
      if (this.#work > MOST_WORK) return false;
      state = step >> 1;
    }
    return false;
  }

  /** Sets a bit at each place where a match ends: after a run to the right, or before a run to the left. */
  mark(text: string, marks: Marks, bit: number, direction: "right" | "left"): void {
    this.#work = 0;
    let state = this.#initial();
    for (let done = 0; done <= text.length && this.#work <= MOST_WORK; done++) {
      const at = direction === "right" ? done : text.length - done;
      const byte = direction === "right" ? at : at > 0 ? at - 1 : text.length;
      const step = this.#step(state, this.#symbol(text, at, byte, marks));
      if (step & 1) marks[at] |= 1 << bit;
      state = step >> 1;
    }
  }

  /** What the automaton reads at a place: the byte at `byte` (the end, where there is none), and what holds at `at`. */
  #symbol(text: string, at: number, byte: number, marks: Marks | undefined): number {
    const symbol = byte < text.length ? this.#classOf[text.charCodeAt(byte) & 0xff] : this.#members.length;
    return marks ? symbol + (marks[at] & this.#relevant) * (this.#members.length + 1) : symbol;
  }

  #initial(): number {
    return this.#number([this.#program.start]);
  }

  #step(from: number, symbol: number): number {
    const state = this.#states[from];
    return state.steps[symbol] ?? this.#build(state, symbol);
  }

  #build(state: State, symbol: number): number {
    const classes = this.#members.length + 1;
    const byteClass = symbol % classes;
    const marks = Math.floor(symbol / classes);
    const { instructions, start } = this.#program;
    const next = new Set([start]);
    let matched = 0;
    const pending = [...state.places];
    this.#visit++;
    while (pending.length > 0) {
      const place = pending.pop()!;
      if (this.#visited[place] === this.#visit) continue;
      this.#visited[place] = this.#visit;
      this.#work++;
      const instruction = instructions[place];
      switch (instruction.op) {
        case "match":
          matched = 1;
          break;
        case "byte":
          if (byteClass < this.#members.length && instruction.set[this.#members[byteClass]]) next.add(instruction.next);
          break;
        case "split":
          pending.push(...instruction.next);
          break;
        case "assert":
          if (((marks >> instruction.assertion & 1) === 1) === instruction.holds) pending.push(instruction.next);
          break;
      }
    }
    const step = this.#number([...next]) * 2 + matched;
    state.steps[symbol] = step;
    return step;
  }

  /** The number of the state with these places. When there are too many states, the automaton starts afresh. */
  #number(places: number[]): number {
    const key = places.sort((a, b) => a - b).join();
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.#states.length >= MOST_STATES || this.#places > MOST_PLACES) {
      this.#states = [];
      this.#numbers = new Map();
      this.#places = 0;
    }
    this.#places += places.length;
    this.#numbers.set(key, this.#states.length);
    return this.#states.push({ places: Int32Array.from(places), steps: [] }) - 1;
  }
}

/** Divides the bytes into classes that no instruction tells apart; gives each byte's class, and a member of each. */
function byteClasses(instructions: readonly Instruction[]): [Uint8Array, number[]] {
  const sets = new Set(instructions.flatMap((instruction) => instruction.op === "byte" ? [instruction.set] : []));
  let classes = new Uint8Array(256);
  for (const set of sets) {
    const numbers = new Map<number, number>();
    classes = classes.map((old, byte) => {
      const pair = old * 2 + set[byte];
      if (!numbers.has(pair)) numbers.set(pair, numbers.size);
      return numbers.get(pair)!;
    });
  }
  const members: number[] = [];
  classes.forEach((number, byte) => members[number] ??= byte);
  return [classes, members];
}
