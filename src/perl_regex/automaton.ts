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
  readonly places: readonly number[];
  /** By symbol: the next state's number times two, plus one if the program matches before the byte. */
  readonly steps: number[];
}

/** A text that is being read. */
interface Walk {
  readonly text: string;
  readonly marks: Marks | undefined;
  readonly direction: "right" | "left";
  /** Told of each place where a match ends; true ends the reading. */
  readonly found: (at: number) => boolean;
  /** Bytes that have been read. */
  done: number;
  /** Instructions that have been walked through. */
  work: number;
  state: State | undefined;
  places: readonly number[];
}

/** From so many on the automaton is not extended: what it lacks is worked out anew each time. */
const MOST_STATES = 2_000;
const MOST_PLACES = 500_000;
/** Instructions walked through for one text, a fraction of a second. Beyond that it counts as no match. */
const MOST_WORK = 20_000_000;
/** Instructions walked through, a byte counting as one more, between two yields: some milliseconds. */
const SLICE = 200_000;

/** A program, and as much of its automaton as has been needed. */
export class Automaton {
  readonly #instructions: readonly Instruction[];
  readonly #start: number;
  readonly #classOf: Uint8Array;
  /** One byte of each class. */
  readonly #members: readonly number[];
  /** The assertions that the program asks for. */
  readonly #relevant: number;
  readonly #states: State[] = [];
  readonly #numbers = new Map<string, number>();
  #placesKept = 0;
  /** Instructions walked through so far, for all texts. */
  #work = 0;
  /** The step in which each instruction was last visited, or entered the next state. */
  readonly #visited: Uint32Array;
  readonly #entered: Uint32Array;
  #stepCount = 0;

  constructor({ instructions, start }: Program) {
    this.#instructions = instructions;
    this.#start = start;
    [this.#classOf, this.#members] = byteClasses(instructions);
    this.#relevant = instructions.reduce(
      (bits, instruction) => instruction.op === "assert" ? bits | (1 << instruction.assertion) : bits,
      0,
    );
    this.#visited = new Uint32Array(instructions.length);
    this.#entered = new Uint32Array(instructions.length);
    this.#keep([start]);
  }

  /** Whether the program matches anywhere in the text. */
  matches(text: string, marks?: Marks): boolean {
    return this.#go(this.#begin(text, marks, "right", () => true), Infinity) ?? false;
  }

  /** The same; yields after each slice of the work, as {@link mark} does. */
  *search(text: string, marks?: Marks): Generator<void, boolean> {
    return yield* this.#goInSlices(this.#begin(text, marks, "right", () => true));
  }

  /** Sets a bit at each place where a match ends: the last place of a run to the right, the first of one to the left. */
  *mark(text: string, marks: Marks, bit: number, direction: "right" | "left"): Generator<void, boolean> {
    const found = (at: number) => {
      marks[at] |= 1 << bit;
      return false;
    };
    return yield* this.#goInSlices(this.#begin(text, marks, direction, found));
  }

  #begin(text: string, marks: Marks | undefined, direction: Walk["direction"], found: Walk["found"]): Walk {
    const [state] = this.#states;
    return { text, marks, direction, found, done: 0, work: 0, state, places: state.places };
  }

  *#goInSlices(walk: Walk): Generator<void, boolean> {
    for (;;) {
      const isFound = this.#go(walk, walk.done + walk.work + SLICE);
      if (isFound !== undefined) return isFound;
      yield;
    }
  }

  /**
   * Reads the text until `found` is satisfied with a place where a match ends; gives `undefined` when bytes and work
   * have come to `limit` before.
   */
  #go(walk: Walk, limit: number): boolean | undefined {
    const { text, marks, found } = walk;
    const { length } = text;
    const end = this.#members.length;
    const right = walk.direction === "right";
    let { state, places } = walk;
    for (let { done } = walk; done <= length; done++) {
      if (done + walk.work > limit) {
        walk.done = done;
        walk.state = state;
        walk.places = places;
        return undefined;
      }
      const at = right ? done : length - done;
      const byteClass = done === length ? end : this.#classOf[text.charCodeAt(right ? at : at - 1) & 0xff];
      const holding = marks ? marks[at] & this.#relevant : 0;
      const step: number | undefined = state?.steps[holding * (end + 1) + byteClass];
      if (step !== undefined) {
        if (step & 1 && found(at)) return true;
        state = this.#states[step >> 1];
        continue;
      }
      if (walk.work > MOST_WORK) return false;
      if (state) places = state.places;
      const before = this.#work;
      const next = this.#advance(places, byteClass, holding);
      walk.work += this.#work - before;
      if (next.matched && found(at)) return true;
      places = next.places;
      const number = this.#keep(places);
      if (state && number !== undefined) {
        state.steps[holding * (end + 1) + byteClass] = number * 2 + (next.matched ? 1 : 0);
      }
      state = number === undefined ? undefined : this.#states[number];
    }
    return false;
  }

  /** One step, worked out: where the program may be after the byte, and whether it matches before it. */
  #advance(places: readonly number[], byteClass: number, holding: number): { matched: boolean; places: number[] } {
    const byte = this.#members[byteClass];
    const step = ++this.#stepCount;
    const next = [this.#start];
    this.#entered[this.#start] = step;
    let matched = false;
    const pending = places.slice();
    while (pending.length > 0) {
      const place = pending.pop()!;
      if (this.#visited[place] === step) continue;
      this.#visited[place] = step;
      this.#work++;
      const instruction = this.#instructions[place];
      switch (instruction.op) {
        case "match":
          matched = true;
          break;
        case "byte":
          if (byte !== undefined && instruction.set[byte] === 1 && this.#entered[instruction.next] !== step) {
            this.#entered[instruction.next] = step;
            next.push(instruction.next);
          }
          break;
        case "split":
          for (const each of instruction.next) pending.push(each);
          break;
        case "assert":
          if ((holding >> instruction.assertion & 1) === (instruction.holds ? 1 : 0)) pending.push(instruction.next);
          break;
      }
    }
    return { matched, places: next };
  }

  /** The number of the state with these places; `undefined` when there is no room for another. */
  #keep(places: readonly number[]): number | undefined {
    if (this.#states.length >= MOST_STATES || this.#placesKept > MOST_PLACES) return undefined;
    const sorted = places.toSorted((a, b) => a - b);
    const key = sorted.join();
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#placesKept += places.length;
    this.#numbers.set(key, this.#states.length);
    return this.#states.push({ places: sorted, steps: [] }) - 1;
  }
}

/** Divides the bytes into classes that no instruction tells apart; gives each byte's class, and a member of each. */
function byteClasses(instructions: readonly Instruction[]): [Uint8Array, number[]] {
  const sets = new Set(instructions.flatMap((instruction) => instruction.op === "byte" ? [instruction.set] : []));
  const classes = new Uint8Array(256);
  for (const set of sets) {
    const numbers = new Map<number, number>();
    for (let byte = 0; byte < 256; byte++) {
      const pair = classes[byte] * 2 + set[byte];
      const number = numbers.get(pair) ?? numbers.size;
      numbers.set(pair, number);
      classes[byte] = number;
    }
  }
  const members: number[] = [];
  classes.forEach((number, byte) => members[number] ??= byte);
  return [classes, members];
}
