/**
 * keepalived's HTTP_GET and SSL_GET: the pages that they ask for.
 */

import type { DirectiveName } from "../language/directives.ts";
import type { Parts } from "../language/structured.ts";
import type { Note, Statement } from "./keepalived_syntax.ts";
import { type Converted, leftOut } from "./notes.ts";
import { valueOf } from "./statements.ts";

/** The check of a page as directives, and each page as a value of `alsocheck`. */
export interface Pages {
  readonly directives: readonly (readonly [DirectiveName, string])[];
  readonly urls: readonly Parts[];
}

const KNOWN_OF_URL = new Set("path status_code regex regex_no_match regex_options virtualhost".split(" "));

/**
 * Returns the pages that a check asks for. The directives are of the first.
 *
 * @param inheritedHost the virtualhost of the check's surroundings.
 */
export function pagesOf(service: string, block: readonly Statement[], inheritedHost?: string): Converted<Pages> {
  const urls = block.filter(({ keyword }) => keyword === "url").map(({ block = [] }) => block);
  const [first = [], ...further] = urls;
  const host = valueOf(first, "virtualhost") ?? inheritedHost;
  const statuses = (first.find(({ keyword }) => keyword === "status_code")?.words ?? []).join(",");
  const regexes = urls.map(regexOf);
  const receive = regexes[0]?.value;
  const directives: (readonly [DirectiveName, string])[] = [
    ["service", service],
    ...pairIf("virtualhost", host || undefined),
    ["request", valueOf(first, "path") ?? "/"],
    ...pairIf("receive", receive),
    ...pairIf("expectstatus", statuses || undefined),
  ];
  const notes = [
    ...urls.flat().filter(({ keyword }) => !KNOWN_OF_URL.has(keyword)).map(leftOut),
    ...further.flat().flatMap((each) => differenceFrom(host, statuses, each)),
    ...regexes.flatMap((regex) => regex.notes),
  ];
  const value = {
    directives,
    urls: urls.map((url, i) => pagePair(service, valueOf(url, "path") ?? "/", regexes[i].value ?? "")),
  };
  return { value, notes };
}

function pairIf(name: DirectiveName, value: string | undefined): readonly (readonly [DirectiveName, string])[] {
  return value === undefined ? [] : [[name, value]];
}

function pagePair(service: string, request: string, receive: string): Parts {
  return new Map([["service", service], ["request", request], ["receive", receive]]);
}

/** Returns what a further page asks for in another way than the first, which counts for all. */
function differenceFrom(host: string | undefined, statuses: string, { keyword, words, line }: Statement): Note[] {
  if (keyword !== "status_code" && keyword !== "virtualhost") return [];
  const isSame = keyword === "virtualhost" ? words[0] === host : words.join(",") === statuses;
  return isSame ? [] : [{ line, text: `${keyword} of a further url is left out: the first one's counts for all` }];
}

/** Returns what a page must have in it. */
function regexOf(url: readonly Statement[]): Converted<string | undefined> {
  const regex = valueOf(url, "regex");
  if (regex === undefined) return { value: undefined, notes: [] };
  const inverted = url.find(({ keyword }) => keyword === "regex_no_match");
  if (inverted) {
    const text = "regex_no_match is left out, with its regex: receive says what a page must have in it";
    return { value: undefined, notes: [{ line: inverted.line, text }] };
  }
  const options = url.find(({ keyword }) => keyword === "regex_options");
  if (!options) return { value: regex, notes: [] };
  if (options.words.join() === "caseless") return { value: `(?i)${regex}`, notes: [] };
  const text = "regex_options is left out: write them into receive, as in (?i)";
  return { value: regex, notes: [{ line: options.line, text }] };
}
