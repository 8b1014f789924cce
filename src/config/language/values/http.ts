/**
 * The grammars of what HTTP checks send and expect.
 */

import type { HttpMethod, RequestHeader, StatusRange } from "../../../model/check.ts";
import { Secret } from "../../../model/secret.ts";
import { type Grammar, mistake, type Reading, value, whole } from "../grammar.ts";
import { quotable, quotableText } from "../quotes.ts";
import { commaSeparated } from "./comma_separated.ts";
import { orList, quoted } from "./quoted.ts";
import { closed } from "./texts.ts";

const HTTP_METHODS = ["GET", "HEAD", "POST"] as const;

/** A method of http, in any case. */
export const httpMethod: Grammar<HttpMethod> = quotable(HTTP_METHODS.join("|"), (text) => {
  const method = HTTP_METHODS.find((known) => known === text.toUpperCase());
  return method ? value(method) : mistake(whole(text), `must be ${orList(HTTP_METHODS)}, not ${quoted(text)}`);
}, { type: "string", pattern: "^([Gg][Ee][Tt]|[Hh][Ee][Aa][Dd]|[Pp][Oo][Ss][Tt])$" });

/** A header line: `Name: value` (RFC 9110, 5.5 and 5.6.2 say of which characters). */
export const requestHeader: Grammar<RequestHeader> = {
  ...quotableText("Name: value", readHeader),
  openPart: closed,
};

function readHeader(text: string): Reading<RequestHeader> {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\x80-\uffff]*)$/.exec(text);
  if (!match) return mistake(whole(text), "not a header line", 'write "Name: value"');
  return value({ name: match[1], value: new Secret(match[2]) });
}

/** HTTP statuses, separated by commas, ranges with a hyphen. */
export const statusRanges: Grammar<readonly StatusRange[]> = quotable("status[-status],...", (text) => {
  const ranges: StatusRange[] = [];
  for (const { word, at } of commaSeparated(text)) {
    const match = /^([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?$/.exec(word);
    if (!match) return mistake({ at, length: word.length }, `not an HTTP status: ${quoted(word)}`, "write 200,300-399");
    const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (to < from) {
      return mistake({ at, length: word.length }, "the range ends before it begins", `write ${to}-${from}`);
    }
    ranges.push({ from, to });
  }
  return value(ranges);
});

/** A host name as HTTP's Host header has it. */
export const virtualHost: Grammar<string> = quotable("host", (text) => {
  if (/^[^\s/"']+$/.test(text)) return value(text);
  return mistake(whole(text), `not a host name: ${quoted(text)}`, "write the name alone, without http:// or a path");
});
