/**
 * The grammars of texts: plain, secret, or a regular expression.
 */

import { Secret } from "../../../model/secret.ts";
import { type Grammar, value } from "../grammar.ts";
import { quotable, quotableText } from "../quotes.ts";

/** A grammar's `openPart` where a value may be a secret from its first character. */
export const closed = (): number => 0;

/** Any text. */
export const text: Grammar<string> = { ...quotableText("text", (text) => value(text)), openPart: closed };

/** What mails say of a virtual service. */
export const remark: Grammar<string> = { ...quotable("text", (text) => value(text)), openPart: closed };

/** Text that no log and no message may show. */
export const secret: Grammar<Secret> = {
  form: "text",
  openPart: closed,
  read(raw) {
    const reading = text.read(raw);
    return "value" in reading ? value(new Secret(reading.value)) : reading;
  },
  readText: (text) => value(new Secret(text)),
};

/** Text, with the place where it begins within the value: a regular expression's mistakes are pointed at. */
export const expression: Grammar<Expression> = {
  form: "regular expression",
  openPart: closed,
  read(raw) {
    const reading = text.read(raw);
    return "value" in reading ? value({ source: reading.value, at: raw.startsWith('"') ? 1 : 0 }) : reading;
  },
  readText: (source) => value({ source, at: 0 }),
};

/** A regular expression as written, not yet compiled. */
export interface Expression {
  readonly source: string;
  /** Offset within the value. */
  readonly at: number;
}
