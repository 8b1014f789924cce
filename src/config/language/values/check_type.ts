/**
 * The grammar of how real servers are checked.
 */

import { type Grammar, mistake, type Reading, whole } from "../grammar.ts";
import { quotable } from "../quotes.ts";
import { oneOf, withTruths } from "./choices.ts";
import { integer } from "./numbers.ts";
import { orList, quoted } from "./quoted.ts";

/** How real servers are checked. */
export type CheckType =
  | "connect"
  | "negotiate"
  | "external"
  | "external-perl"
  | "ping"
  | "file"
  | "on"
  | "off"
  /** After each negotiate that passed, this many connects. */
  | number;

const CHECK_TYPES = ["connect", "negotiate", "external", "external-perl", "ping", "file", "on", "off"] as const;

const connectCount = integer("number", 0, 1_000_000);

const namedCheckType = oneOf(CHECK_TYPES);

/** A check type by name, or the number of connects for each negotiate. */
export const checkType: Grammar<CheckType> = quotable(`${CHECK_TYPES.join("|")}|number`, (text): Reading<CheckType> => {
  if (/^\d+$/.test(text)) return connectCount.read(text);
  const reading = namedCheckType.read(text);
  if ("value" in reading) return reading;
  const message = `must be ${orList([...CHECK_TYPES, "a number"])}, not ${quoted(text)}`;
  return mistake(whole(text), message, reading.mistake.hint);
}, { anyOf: [{ enum: withTruths(CHECK_TYPES) }, { type: "integer", minimum: 0 }] });
