/**
 * The grammars of words of a list.
 */

import { ANNOUNCE_WHEN } from "../../../model/announcement.ts";
import { DNS_TYPES } from "../../../model/check.ts";
import { IPVS_DRIVERS } from "../../../model/ipvs.ts";
import { LOG_FORMATS, SEVERITIES } from "../../../model/log.ts";
import { SERVICES } from "../../../model/services.ts";
import { closest } from "../closest.ts";
import { type Grammar, mistake, value, whole } from "../grammar.ts";
import { quotable } from "../quotes.ts";
import { orList, quoted } from "./quoted.ts";

/** One word of a list, exactly as written there. */
export function oneOf<const Word extends string>(words: readonly Word[]): Grammar<Word> {
  return quotable(words.join("|"), (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return value(word);
    const near = closest(text, words);
    return mistake(
      whole(text),
      `must be ${orList(words)}, not ${quoted(text)}`,
      near && `did you mean ${near}?`,
    );
  }, { enum: withTruths(words) });
}

/** The words as a schema has them: older YAML takes yes and on for true, no and off for false. */
export function withTruths(words: readonly string[]): readonly (string | boolean)[] {
  return words.includes("yes") || words.includes("on") ? [...words, true, false] : words;
}

/** `yes` or `no`. */
export const yesNo: Grammar<boolean> = quotable("yes|no", (text) => {
  if (text === "yes" || text === "no") return value(text === "yes");
  const meant = /^(y|yes|true|on|1)$/i.test(text) ? "yes" : /^(n|no|false|off|0)$/i.test(text) ? "no" : undefined;
  return mistake(whole(text), `must be 'yes' or 'no', not ${quoted(text)}`, meant && `write ${meant}`);
}, { enum: ["yes", "no", true, false] });

/** Which of the kernel's sync threads are to run. */
export const syncDaemon = oneOf(["master", "backup", "both", "off"]);

/** How the kernel's table is spoken to. */
export const ipvsDriver = oneOf(["auto", ...IPVS_DRIVERS]);

/** The protocol that a negotiate check speaks. */
export const service = oneOf(SERVICES);

/** The record type that a dns check asks for. */
export const dnsType = oneOf(DNS_TYPES);

/** The protocol of a virtual service. */
export const protocol = oneOf(["tcp", "udp", "sctp", "fwm"]);

/** How a line of the log is written. */
export const logFormat = oneOf(LOG_FORMATS);

/** How much the lines of the log matter, the least first. */
export const logLevel = oneOf(SEVERITIES);

/** Of several virtual services with one address: which of them have to be up for it to be announced. */
export const announceWhen = oneOf(ANNOUNCE_WHEN);

/** How a mail server is spoken to. */
export const mailEncryption = oneOf(["auto", "yes", "no"]);
