/**
 * Long JSON texts, made in steps: neither the value nor the text is ever there as a whole.
 */

import { everySoOften, type Steps } from "./steps.ts";

/** Characters of text that become one piece of bytes. */
const PIECE = 65_536;

/** A list of which each item is made when it is written, and then forgotten. */
export class LazyList<T> {
  constructor(readonly items: Iterable<T>) {}
}

/** A value with lists in place of which it has {@link LazyList}s. */
export type Lazily<T> = T extends readonly (infer Item)[] ? readonly Item[] | LazyList<Lazily<Item>>
  : T extends object ? { readonly [Key in keyof T]: Lazily<T[Key]> }
  : T;

/**
 * Returns a value as JSON in UTF-8, in pieces. Lazy lists may stand in it as properties and as items of each other; whatever
 * else it holds is to be small, as it is written at once.
 */
export function* jsonInSteps(value: unknown): Steps<Uint8Array<ArrayBuffer>[]> {
  const bytes: Uint8Array<ArrayBuffer>[] = [];
  const encoder = new TextEncoder();
  let [text, count] = ["", 0];
  for (const part of partsOf(value)) {
    text += part;
    if (text.length >= PIECE) {
      bytes.push(encoder.encode(text));
      text = "";
    }
    if (everySoOften(count++)) yield;
  }
  bytes.push(encoder.encode(text));
  return bytes;
}

function* partsOf(value: unknown): Iterable<string> {
  if (value instanceof LazyList) {
    yield* partsOfList(value.items);
  } else if (isLazy(value)) {
    let separator = "{";
    for (const [key, each] of Object.entries(value)) {
      if (each === undefined) continue;
      yield `${separator}${JSON.stringify(key)}:`;
      yield* partsOf(each);
      separator = ",";
    }
    yield "}";
  } else yield JSON.stringify(value);
}

function* partsOfList(items: Iterable<unknown>): Iterable<string> {
  yield "[";
  let isFirst = true;
  for (const item of items) {
    if (!isFirst) yield ",";
    yield* partsOf(item);
    isFirst = false;
  }
  yield "]";
}

function isLazy(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).some((each) => each instanceof LazyList);
}
