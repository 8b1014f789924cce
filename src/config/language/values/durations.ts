/**
 * The grammars of durations: seconds, in tenths.
 */

import { type Grammar, mistake, value, whole } from "../grammar.ts";
import { quotable } from "../quotes.ts";
import { quoted } from "./quoted.ts";
import { LONGEST_SECONDS, secondsWithUnit } from "./units.ts";

/** The shortest duration, in seconds; longer ones are multiples of it. */
const TENTH = 0.1;

/** Seconds and tenths of a second; 0 only where it switches something off. */
function duration(orZero: boolean, most = LONGEST_SECONDS, least = TENTH): Grammar<number> {
  const bound = orZero ? "0 or at least 0.1" : `at least ${least}`;
  const upward = orZero ? "write 0, or a number of seconds from 0.1 up" : `write a number of seconds from ${least} up`;
  const isTooShort = (seconds: number) => seconds < least && !(orZero && seconds === 0);
  /** What is wrong with a number of seconds, and what to write instead; `undefined` for one that is allowed. */
  const faultOf = (seconds: number, text: string): readonly [text: string, hint?: string] | undefined => {
    if (isTooShort(seconds)) return [`the number must be ${bound}`, upward];
    if (seconds > most) return [`the number must be at most ${most}`];
    if (Number(seconds.toFixed(1)) === seconds) return undefined;
    // A binary fraction times ten may lie just below the tenth that was meant.
    const below = Math.floor(seconds * 10 + 1e-6);
    return [`finer than a tenth of a second: ${quoted(text)}`, `write ${below / 10} or ${(below + 1) / 10}`];
  };
  return quotable("seconds", (text) => {
    if (/^\d+(\.\d+)?$/.test(text)) {
      const fault = faultOf(Number(text), text);
      return fault ? mistake(whole(text), ...fault) : value(Number(text));
    }
    const meant = secondsWithUnit(text) ?? (/^\d*[.,]\d+$/.test(text) ? Number(text.replace(",", ".")) : undefined);
    const hint = meant === undefined
      ? "write a number like 5 or 0.5, without a sign or a unit"
      : faultOf(meant, text)?.[1] ?? (meant > most ? undefined : `write the number of seconds: ${meant}`);
    return mistake(whole(text), `not a number of seconds: ${quoted(text)}`, hint);
  }, {
    // No multipleOf: validators that divide binary fractions refuse 0.3.
    type: "number",
    ...orZero ? { anyOf: [{ const: 0 }, { minimum: TENTH }] } : { minimum: least },
    maximum: most,
  });
}

/** Seconds, at least a tenth of one, in tenths. */
export const seconds: Grammar<number> = duration(false);

/** The same, where 0 switches something off. */
export const secondsOrZero: Grammar<number> = duration(true);

/** Seconds between two look-ups: name servers are others' machines. */
export const secondsOfLookUps: Grammar<number> = duration(false, LONGEST_SECONDS, 5);

/** Seconds that a stop may last longer: it has to end within a minute, the purge and all commands included. */
export const secondsOfStop: Grammar<number> = duration(true, 20);
