/**
 * The checks of a real server of keepalived's as directives.
 */

import type { DirectiveName } from "../language/directives.ts";
import type { Parts } from "../language/structured.ts";
import type { Statement } from "./keepalived_syntax.ts";
import { type Converted, joined, leftOut } from "./notes.ts";
import { type Pages, pagesOf } from "./pages.ts";
import { type FirstOf, isCheck, roundedUp, valueOf } from "./statements.ts";

/** How a real server is checked: directives of ours. */
export interface CheckSettings {
  readonly directives: ReadonlyMap<DirectiveName, string>;
  /** Values of `alsocheck`. */
  readonly also: readonly Parts[];
  readonly checkIp?: string;
}

/** The seconds between two checks where keepalived's file does not say. */
export const DELAY_LOOP = "60";
/** The seconds that a check may take where keepalived's file does not say. */
const CONNECT_TIMEOUT = "5";

/** Retries after a failed check where keepalived's file does not say, and seconds before each; else 1 and 1. */
const RETRIES: Readonly<Record<string, string>> = { DNS_CHECK: "3", MISC_CHECK: "0" };
const PAUSES: Readonly<Record<string, string>> = { HTTP_GET: "3", SSL_GET: "3" };

/** Its file holds a number that keepalived multiplies and adds to the weight; ours holds the weight itself. */
const FOR_FILES = "write weightfile = PATH, a file with the weight, between the braces of the real server";

const KNOWN_OF_CHECK = new Set(
  ("url connect_ip connect_port connect_timeout retry nb_get_retry delay_before_retry bindto fwmark virtualhost " +
    "delay_loop type name misc_path misc_timeout http_protocol enable_sni warmup alpha no_alpha").split(" "),
);

/** Directives, in their order; `undefined` stands for one that is not given. */
type Given = readonly (readonly [name: DirectiveName, value: string | undefined])[];

/** Where a real server with its checks stands. */
interface Surroundings {
  readonly virtual: FirstOf;
  readonly port?: string;
  readonly isMark: boolean;
}

/**
 * Returns how a real server is checked: the first check is the section's, further ones are made as well.
 *
 * @param block the statements of the real server.
 */
export function checksOf(
  block: readonly Statement[],
  { virtual, port, isMark }: Surroundings,
): Converted<CheckSettings> {
  const [main, ...more] = block.filter(isCheck);
  if (!main) return { value: { directives: new Map([["checktype", "on"]]), also: [] }, notes: [] };
  const inner = main.block ?? [];
  // What a check does not say its real server does, or else the virtual server.
  const nearest = (keyword: string) =>
    valueOf(inner, keyword) ?? valueOf(block, keyword) ?? virtual.get(keyword)?.words[0];
  const kind = kindOf(main, nearest("virtualhost"));
  const checkPort = valueOf(inner, "connect_port") ?? port;
  const interval = virtual.get("delay_loop")?.words[0] ?? DELAY_LOOP;
  const nearestInterval = nearest("delay_loop") ?? interval;
  const ownInterval = nearestInterval === interval ? undefined : nearestInterval;
  const given: Given = [
    ...kind.value.directives,
    ["checkport", checkPort !== port || isMark ? checkPort : undefined],
    ["checkinterval", ownInterval === undefined ? undefined : roundedUp(ownInterval)],
    ...timesOf(main, nearest, ownInterval ?? interval),
    ["bindto", valueOf(inner, "bindto")],
    ["checkmark", valueOf(inner, "fwmark")],
  ];
  const directives = new Map(given.flatMap(([name, value]) => value === undefined ? [] : [[name, value] as const]));
  const further = joined(more.map(alsoOf));
  const also = [...kind.value.urls.slice(1), ...further.value];
  const unknown = inner.filter(({ keyword }) => !KNOWN_OF_CHECK.has(keyword));
  return {
    value: { directives, also, checkIp: valueOf(inner, "connect_ip") },
    notes: [...kind.notes, ...unknown.map(leftOut), ...further.notes],
  };
}

/** Returns how long a check may take, and how often a failed one is repeated. */
function timesOf(
  { keyword, block = [] }: Statement,
  nearest: (keyword: string) => string | undefined,
  interval: string,
): Given {
  const timeout = keyword === "MISC_CHECK"
    ? valueOf(block, "misc_timeout") ?? interval
    : nearest("connect_timeout") ?? CONNECT_TIMEOUT;
  const retries = nearest("retry") ?? valueOf(block, "nb_get_retry") ?? RETRIES[keyword] ?? "1";
  if (!(Number(retries) > 0)) return [["checktimeout", roundedUp(timeout)]];
  const usual = keyword === "DNS_CHECK" ? interval : PAUSES[keyword] ?? "1";
  const pause = roundedUp(nearest("delay_before_retry") ?? usual);
  return [
    ["checktimeout", roundedUp(timeout)],
    ["failurecount", String(Number(retries) + 1)],
    ["retryinterval", pause === roundedUp(interval) ? undefined : pause],
  ];
}

/** Returns what a check is of, and the pages that it asks for. */
function kindOf({ keyword, block = [], line }: Statement, host: string | undefined): Converted<KindOfCheck> {
  switch (keyword) {
    case "TCP_CHECK":
    case "UDP_CHECK":
      return kind([["checktype", "connect"]]);
    case "PING_CHECK":
      return kind([["checktype", "ping"]]);
    case "SMTP_CHECK":
      return kind([["service", "smtp"]]);
    case "DNS_CHECK":
      return kind([
        ["service", "dns"],
        ["request", valueOf(block, "name")],
        ["dnstype", valueOf(block, "type")?.toUpperCase()],
      ]);
    case "MISC_CHECK": {
      const path = block.find((each) => each.keyword === "misc_path")?.words.join(" ");
      const text =
        "the program of MISC_CHECK is given four more arguments here: virtual address and port, real address and port";
      return { ...kind([["checktype", "external"], ["checkcommand", path]]), notes: [{ line, text }] };
    }
    case "HTTP_GET":
    case "SSL_GET":
      return pagesOf(keyword === "HTTP_GET" ? "http" : "https", block, host);
    case "FILE_CHECK": {
      const text = `FILE_CHECK is left out, and a connection is made instead: ${FOR_FILES}`;
      return { ...kind([["checktype", "connect"]]), notes: [{ line, text }] };
    }
    default: {
      const text = `${keyword} is left out: there is no such check here; a connection is made instead`;
      return { ...kind([["checktype", "connect"]]), notes: [{ line, text }] };
    }
  }
}

interface KindOfCheck {
  readonly directives: Given;
  readonly urls: Pages["urls"];
}

function kind(directives: Given): Converted<KindOfCheck> {
  return { value: { directives, urls: [] }, notes: [] };
}

/** Returns a further check as values of `alsocheck`. */
function alsoOf({ keyword, block = [], line }: Statement): Converted<readonly Parts[]> {
  const port = valueOf(block, "connect_port");
  const at = (service: string) => port ? `${service}:${port}` : service;
  const single = (service: string) => ({ value: [new Map([["service", service]])], notes: [] });
  switch (keyword) {
    case "TCP_CHECK":
      return single(at("connect"));
    case "PING_CHECK":
      return single("ping");
    case "SMTP_CHECK":
      return single(at("smtp"));
    case "HTTP_GET":
    case "SSL_GET": {
      const { value: { urls }, notes } = pagesOf(at(keyword === "HTTP_GET" ? "http" : "https"), block);
      return { value: urls, notes };
    }
    case "FILE_CHECK":
      return { value: [], notes: [{ line, text: `a further FILE_CHECK is left out: ${FOR_FILES}` }] };
    default:
      return {
        value: [],
        notes: [{ line, text: `a further ${keyword} is left out: it cannot be added to another check` }],
      };
  }
}
