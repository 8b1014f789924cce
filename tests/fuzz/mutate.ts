/**
 * A recorded conversation, bent: lengths, order, truncation, floods, drips, compression loops.
 */

import type { Random } from "../random.ts";
import type { Turns } from "./recording.ts";

/** How a hostile server behaves in one conversation. */
export interface Behaviour {
  readonly turns: Turns;
  /** Bytes that are sent at a time; absent = all of a turn. */
  readonly drip?: number;
  /** What it does when it has said everything. */
  readonly end: "close" | "stay" | "reset";
  /** Leaves replies as they are, be they answers to what was asked or not. */
  readonly isRaw: boolean;
}

/** Bytes of a flood, and seldom of a large one. */
const FLOOD = { usual: 40_000, large: 1_500_000 };

/** The behaviour of that number; the same for the same random numbers. */
export function mutate(recorded: Turns, random: Random): Behaviour {
  let turns = recorded.map((turn) => Uint8Array.from(turn));
  for (let changes = random.below(4); changes >= 0; changes--) {
    if (random.oneIn(5)) turns = reorder(turns, random);
    else {
      const i = random.below(turns.length);
      turns[i] = change(turns[i], random);
    }
  }
  return {
    turns,
    drip: random.oneIn(20) ? 1 + random.below(40) : undefined,
    end: random.oneIn(40) ? "stay" : random.oneIn(10) ? "reset" : "close",
    isRaw: random.oneIn(10),
  };
}

function reorder(turns: readonly Uint8Array<ArrayBuffer>[], random: Random): Uint8Array<ArrayBuffer>[] {
  const i = random.below(turns.length);
  const j = random.below(turns.length);
  return random.of([
    () => turns.with(i, turns[j]).with(j, turns[i]),
    () => turns.length > 1 ? turns.toSpliced(i, 1) : [...turns],
    () => turns.toSpliced(i, 0, turns[j]),
    () => turns.with(i, joined([turns[i], turns[j]])),
    () => [...turns, ...Array.from({ length: 20 }, () => turns[i])],
  ])();
}

/** Each makes other bytes of a turn's. */
const CHANGES: readonly ((bytes: Uint8Array, random: Random) => Uint8Array<ArrayBuffer>)[] = [
  // A bit.
  (bytes, random) => edited(bytes, random, (byte) => byte ^ 1 << random.below(8)),
  // A byte, often one that means something.
  (bytes, random) => edited(bytes, random, () => random.of(TELLING_BYTES)),
  (bytes, random) => edited(bytes, random, (byte) => byte + random.of([1, -1, 16, 127])),
  // A length, or a pointer that goes anywhere.
  (bytes, random) => spliced(bytes, random, random.of(LENGTHS), 0),
  (bytes, random) => spliced(bytes, random, random.of(LENGTHS), 2),
  (bytes, random) => spliced(bytes, random, [0xc0 | random.below(4), random.below(256)], random.below(3)),
  // A number in digits.
  (bytes, random) => renumbered(bytes, random),
  // What is cut off, cut out, or said again.
  (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)),
  (bytes, random) => spliced(bytes, random, [], random.below(40)),
  (bytes, random) => doubled(bytes, random),
  // What no parser expects.
  (bytes, random) => spliced(bytes, random, Array.from({ length: random.below(60) }, () => random.below(256)), 0),
  (_, random) => Uint8Array.from({ length: random.below(400) }, () => random.below(256)),
  // Much of one thing.
  (bytes, random) => flooded(bytes, random),
];

const TELLING_BYTES = [0, 1, 0x0a, 0x0d, 0x20, 0x2d, 0x30, 0x3a, 0x7f, 0x80, 0xc0, 0xff];
const LENGTHS = [[0, 0], [0xff, 0xff], [0x7f, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xff], [0x80, 0, 0, 0], [0, 1]];
const NUMBERS = ["0", "-1", "1", "999", "65536", "4294967296", "99999999999999999999", "1e9", "0x10", ""];
const FLOODS = [
  " ",
  "\n",
  "\r\n",
  "a",
  "0",
  ":",
  "\t",
  "\0",
  "\xff",
  "1\r\na\r\n",
  "x: y\r\n",
  "250-x\r\n",
  "\xc0\x0c",
  "%",
  "i:",
];

function change(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  return random.of(CHANGES)(bytes, random);
}

function edited(bytes: Uint8Array, random: Random, edit: (byte: number) => number): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  if (copy.length === 0) return copy;
  const at = random.below(copy.length);
  copy[at] = edit(copy[at]);
  return copy;
}

function spliced(bytes: Uint8Array, random: Random, piece: readonly number[], left: number): Uint8Array<ArrayBuffer> {
  const at = random.below(bytes.length + 1);
  return joined([bytes.subarray(0, at), Uint8Array.from(piece), bytes.subarray(at + left)]);
}

function doubled(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const from = random.below(bytes.length + 1);
  const piece = bytes.subarray(from, from + random.below(60));
  const times = random.of([1, 2, 50, 1000]);
  return joined([bytes.subarray(0, from), ...Array.from({ length: times }, () => piece), bytes.subarray(from)]);
}

function renumbered(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const text = characters(bytes);
  const numbers = [...text.matchAll(/\d+/g)];
  if (numbers.length === 0) return Uint8Array.from(bytes);
  const { index, 0: number } = random.of(numbers);
  return bytesOf(text.slice(0, index) + random.of(NUMBERS) + text.slice(index + number.length));
}

function flooded(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const pattern = random.of(FLOODS);
  const size = random.oneIn(30) ? FLOOD.large : random.below(FLOOD.usual);
  const flood = bytesOf(pattern.repeat(Math.ceil(size / pattern.length)));
  const at = random.below(bytes.length + 1);
  return joined([bytes.subarray(0, at), flood, bytes.subarray(at)]);
}

function characters(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
