/**
 * What makes two checks the same check. Key and check are made of the same parts: whatever is in a check is in its key.
 */

import type { Check, CheckKey, CheckTarget } from "../../model/check.ts";
import { Secret } from "../../model/secret.ts";
import type { Load } from "./facts.ts";

/** A part of a check, and the text that stands for it in keys. */
export interface Part<T> {
  readonly value: T;
  readonly identity: string;
}

/** How a check is made, and when. */
export type Manner = Omit<Check, "key" | "target">;

/** Where a real server's check goes to, and how its packets are known on the way. */
export type Place = Pick<CheckTarget, "address" | "port" | "origin" | "commandArguments">;

/** What is asked of a real server, and what must be answered. */
export type Question = Pick<CheckTarget, "request" | "requestIsOwn" | "receive" | "receiveJson">;

/** What all real servers of a section share. */
export type SharedTarget = Omit<CheckTarget, keyof Place | keyof Question>;

/** Returns what real servers of a section share: one word stands for all of it, and within it one for each secret. */
export function sectionPart<T extends object>({ facts }: Load, value: T): Part<T> {
  const text = JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, name, written) {
    const given = this[name];
    return given instanceof Secret ? facts.token(given.reveal()) : written;
  });
  return { value, identity: facts.token(text) };
}

/** Returns what one real server has of its own, which holds no secret. A pattern is identified by its source. */
export function realPart<T extends Place | Question>(value: T): Part<T> {
  return { value, identity: JSON.stringify(value) };
}

/** Returns the check that is made of these parts: one object for all real servers for which it is the same. */
export function checkOf(
  load: Load,
  manner: Part<Manner>,
  shared: Part<SharedTarget>,
  question: Part<Question>,
  place: Part<Place>,
): Check {
  const key = [place, question, shared, manner].map(({ identity }) => identity).join(" ") as CheckKey;
  let check = load.checks.get(key);
  if (!check) {
    const target = { ...shared.value, ...question.value, ...place.value };
    load.checks.set(key, check = { key, ...manner.value, target });
  }
  return check;
}
