/**
 * The grammars of whole numbers.
 */

import { MOST_PORT } from "../../../model/address.ts";
import { MOST_WEIGHT } from "../../../model/table.ts";
import { type Grammar, mistake, value, whole } from "../grammar.ts";
import { quotable } from "../quotes.ts";
import { quoted } from "./quoted.ts";
import { LONGEST_SECONDS, secondsWithUnit } from "./units.ts";

/** As many real servers of the greatest weight as one file may have. */
const MOST_WEIGHT_SUM = 500_000 * MOST_WEIGHT;

/** What a number counts, where people write a unit behind it. */
type Counted = "seconds" | "days" | "things";

/**
 * A whole number within bounds.
 *
 * @param whyWhole the hint for a fraction.
 */
export function integer(
  form: string,
  least: number,
  most: number,
  counted: Counted = "things",
  whyWhole?: string,
): Grammar<number> {
  return quotable(form, (text) => {
    if (!/^\d+$/.test(text)) {
      return mistake(
        whole(text),
        `not a whole number: ${quoted(text)}`,
        numberHint(text, least, most, counted, whyWhole),
      );
    }
    const number = Number(text);
    if (number < least) return mistake(whole(text), `the number must be at least ${least}`);
    if (number > most) return mistake(whole(text), `the number must be at most ${most}`);
    return value(number);
  }, { type: "integer", minimum: least, maximum: most });
}

/** What to write instead. A number is proposed only where it means what was written. */
function numberHint(text: string, least: number, most: number, counted: Counted, whyWhole?: string): string {
  const meant = counted === "things"
    ? undefined
    : secondsWithUnit(text) ?? (/^\d*[.,]\d+$/.test(text) ? NaN : undefined);
  if (meant === undefined) return `write a whole number from ${least} up, without a sign or a unit`;
  const number = meant / (counted === "days" ? 86_400 : 1);
  if (Number.isInteger(number) && number >= least && number <= most) return `write the number of ${counted}: ${number}`;
  const why = whyWhole === undefined || Number.isInteger(number) ? "" : `: ${whyWhole}`;
  return `write a whole number of ${counted}, from ${least} up${why}`;
}

/** Whole seconds between two mails of one trouble, where 0 means that there is one mail alone. */
export const repeatSeconds: Grammar<number> = integer(
  "seconds",
  0,
  LONGEST_SECONDS,
  "seconds",
  "mail is repeated after whole seconds",
);

/** What directors that share their connections have in common. */
export const syncId: Grammar<number> = integer("0-255", 0, 255);

/** Days, where 0 switches something off. */
export const daysOrZero: Grammar<number> = integer("days", 0, 36_500, "days");

/** Seconds of client affinity: the kernel takes 31 days at most. */
export const persistence: Grammar<number> = integer(
  "seconds",
  1,
  31 * 86_400,
  "seconds",
  "the kernel counts whole seconds",
);

/** How often, at least once. */
export const count: Grammar<number> = integer("number", 1, 1_000_000);

/** The sum of weights, at least 1. */
export const weightSum: Grammar<number> = integer("weight", 1, MOST_WEIGHT_SUM);

/** The sum of weights, or 0. */
export const weightSumOrZero: Grammar<number> = integer("weight", 0, MOST_WEIGHT_SUM);

/** How many entries of a list are left at the least. */
export const leastEntries: Grammar<number> = integer("number", 0, 1_000_000);

/** A percentage, from 0% to 100%. */
export const percentage: Grammar<number> = quotable("N%", (text) => {
  const percent = /^(\d|[1-9]\d|100)%$/.exec(text);
  if (percent) return value(Number(percent[1]));
  const hint = /^(\d|[1-9]\d|100)$/.test(text) ? `write ${text}%` : "write a percentage from 0% to 100%";
  return mistake(whole(text), `not a percentage: ${quoted(text)}`, hint);
}, { type: "string", pattern: "^([0-9]|[1-9][0-9]|100)%$" });

/** A port by its number. */
export const portNumber: Grammar<number> = integer("port number", 1, MOST_PORT);

/** A mark of packets, as the kernel's firewall and routing rules know it. */
export const packetMark: Grammar<number> = integer("mark", 1, 4_294_967_295);
