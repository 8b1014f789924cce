/**
 * The grammars of values that name servers: `virtual`, `real`, `fallback`.
 *
 * Names of hosts and ports stay names here; resolve.ts turns them into numbers.
 */

import { type IpAddress, MOST_PORT, parseIp } from "../../model/address.ts";
import { type Forwarding, type Method, MOST_WEIGHT, parseMethod } from "../../model/table.ts";
import { closest } from "./closest.ts";
import { type Grammar, mistake, type Reading, shifted, type Spot, value, whole } from "./grammar.ts";
import { quotable, unquoteLoosely } from "./quotes.ts";
import { packetMark } from "./values/numbers.ts";
import { quoted } from "./values/quoted.ts";
import type { Expression } from "./values/texts.ts";
import { readWords, STRAY, withoutOuterQuotes, type Word } from "./words.ts";

/** A host as written: an address, or a name to look up. */
export interface HostRef extends Spot {
  /** Without the brackets of IPv6. */
  readonly text: string;
  /** Set when the text is an address. */
  readonly ip?: IpAddress;
}

/** A port as written: a number, or a name of /etc/services. */
export interface PortRef extends Spot {
  readonly text: string;
  /** Set when the text is a number. */
  readonly number?: number;
}

/** `host:port`, the port perhaps missing. */
export interface Endpoint {
  readonly host: HostRef;
  readonly port?: PortRef;
}

/** One of the virtual services that a `virtual` line names. */
export type ServiceHead =
  | { readonly kind: "endpoint"; readonly host: HostRef; readonly port: PortRef }
  | { readonly kind: "mark"; readonly mark: number };

/** A virtual service, and where it stands among those of its line. */
export interface PlacedHead extends Spot {
  readonly head: ServiceHead;
}

/** What a `fallback` line says. */
export interface FallbackValue extends Endpoint, Method {}

/** What a `real` line says. */
export interface RealValue extends Endpoint, Method {
  /** The last host of a range `host->last`. */
  readonly last?: HostRef;
  readonly weight: number;
  /** Where checks go instead of the server's own address; for a range, a range of as many. */
  readonly checkIp?: CheckIp;
  /** The mark of its checks' packets, instead of the section's. */
  readonly checkMark?: CheckMark;
  /** What it is called. */
  readonly label?: string;
  /** Override those of the section; `""` means none. */
  readonly pair?: { readonly request: string; readonly receive: Expression };
  /** 0 = none. */
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
}

/** What `checkip:` says. */
export interface CheckIp extends Spot {
  readonly first: IpAddress;
  readonly last?: IpAddress;
}

/** What `checkmark:` says. */
export interface CheckMark extends Spot {
  readonly mark: number;
}

const MOST_MARK = 0xffff_ffff;
const MOST_THRESHOLD = 0xffff_ffff;
const FORWARDING: readonly string[] = ["gate", "masq", "ipip"] satisfies Forwarding[];

/** What others call the forwarding methods: keepalived, and books. */
const OTHER_NAMES: ReadonlyMap<string, Forwarding> = new Map([
  ["dr", "gate"],
  ["direct", "gate"],
  ["route", "gate"],
  ["nat", "masq"],
  ["tun", "ipip"],
  ["tunnel", "ipip"],
]);

/** Addresses (or names) with their ports, and firewall marks: one, or several with commas between. */
export const serviceHeads: Grammar<readonly PlacedHead[]> = {
  form: "host:port|mark,...",
  isLoose: true,
  read(raw) {
    const bare = unquoteLoosely(raw);
    if ("mistake" in bare) return bare;
    const reading = shifted(readHeads(bare.value.text), bare.value.at);
    if ("mistake" in reading) return reading;
    return value(reading.value.map((each) => ({ ...each, at: each.at + bare.value.at })), bare.remark);
  },
  readText: readHeads,
};

function readHeads(text: string): Reading<readonly PlacedHead[]> {
  const heads: PlacedHead[] = [];
  let start = 0;
  for (const part of text.split(",")) {
    const word = part.trim();
    const at = start + part.search(/\S|$/);
    if (word === "" && text.includes(",")) {
      return mistake(
        { at: start, length: 1 },
        "a virtual service is missing beside the comma",
        "write host:port, or leave it out",
      );
    }
    const reading = shifted(readHead(word), at);
    if ("mistake" in reading) return reading;
    heads.push({ at, length: word.length, head: reading.value });
    start += part.length + 1;
  }
  return value(heads);
}

function readHead(text: string): Reading<ServiceHead> {
  if (/^\d+$/.test(text)) {
    const mark = Number(text);
    if (mark >= 1 && mark <= MOST_MARK) return value({ kind: "mark", mark });
    return mistake(whole(text), `a firewall mark is a number from 1 to ${MOST_MARK}`);
  }
  const reading = readEndpoint(text);
  if ("mistake" in reading) return reading;
  const { host, port, end } = reading.value;
  const rest = text.slice(end).trimStart();
  if (rest !== "") {
    return mistake({ at: text.length - rest.length, length: rest.length }, `Invalid text, around ${quoted(rest)}`);
  }
  if (!port) {
    return mistake(
      whole(text),
      `the port is missing after ${quoted(text)}`,
      `write ${text}:80, or the number of a firewall mark alone`,
    );
  }
  return value({ kind: "endpoint", host, port });
}

/** `host[:port] [gate|masq|ipip]`. */
export const fallbackServer: Grammar<FallbackValue> = quotable("host[:port] [gate|masq|ipip]", (text) => {
  const reading = readEndpoint(text);
  if ("mistake" in reading) return reading;
  const { host, port, end } = reading.value;
  const rest = text.slice(end);
  const word = rest.trim();
  const spot = { at: end + rest.indexOf(word), length: word.length };
  if (word === "") return value<FallbackValue>({ host, port, forwarding: "gate" });
  const method = parseMethod(word);
  if (/^\s/.test(rest) && method) return value({ host, port, ...method });
  const weighted = /^(\S+\s+)(\d+)$/.exec(word);
  if (weighted && parseMethod(weighted[1].trim())) {
    return mistake({ at: spot.at + weighted[1].length, length: weighted[2].length }, "a fallback has no weight");
  }
  return mistake(spot, unknownForwarding(word), forwardingHint(word));
});

/**
 * `host[->host][:port] gate|masq|ipip [weight] ["request", "receive"] [l:n] [u:n] [checkip:address[->address]]
 * [checkmark:n] [label=name]`.
 */
export const realServer: Grammar<RealValue> = {
  form:
    'host[->host][:port] gate|masq|ipip [weight] ["request", "receive"] [l:n] [u:n] [checkip:address] [checkmark:n] [label=name]',
  openPart: (raw) => OPEN_PART.exec(raw)![0].length,
  read(raw) {
    const bare = withoutOuterQuotes(raw);
    const reading = readEndpoint(bare.text, "range");
    if ("mistake" in reading) return shifted(reading, bare.at);
    const { end, ...endpoint } = reading.value;
    const words = readWords(bare.text, end);
    if ("mistake" in words) return shifted(words, bare.at);
    const real = shifted(readReal(bare.text, endpoint, words.value, bare.at), bare.at);
    return "value" in real ? value(real.value, bare.remark) : real;
  },
};

/** Server, forwarding method, weight and options: what follows may be a request with a password in it. */
const OPEN_PART =
  /^["'[]*[^\s"']*[.:][^\s"']*(?:\s+(?:gate|masq|ipip(?::gre|:gue:\d+)?)(?:\s+(?:\d+|[lu]:\d+|check(?:ip|mark):[\w.:[\]>-]+|label=[\w.-]+)(?=\s|$))*)?|^["'[]*[^\s"',]*/i;

function readReal(
  text: string,
  endpoint: Endpoint & { readonly last?: HostRef },
  words: readonly Word[],
  shift: number,
): Reading<RealValue> {
  const [first, ...rest] = words;
  if (!first || first.inQuotes) {
    return mistake(
      first ?? { at: text.length, length: 1 },
      "the forwarding method is missing",
      "write gate, masq or ipip",
    );
  }
  const method = parseMethod(first.text);
  if (!method) return mistake(first, unknownForwarding(first.text), forwardingHint(first.text));
  let weight: number | undefined;
  const thresholds: { l?: number; u?: number } = {};
  let checkIp: CheckIp | undefined;
  let checkMark: CheckMark | undefined;
  let label: string | undefined;
  const strings: Word[] = [];
  for (const word of rest) {
    const threshold = /^([lu]):(\d+)$/.exec(word.text);
    if (threshold) {
      const which = threshold[1] as "l" | "u";
      const limit = Number(threshold[2]);
      if (thresholds[which] !== undefined) return mistake(word, `the threshold ${which}: is given twice`);
      if (limit > MOST_THRESHOLD) return mistake(word, `a threshold is at most ${MOST_THRESHOLD}`);
      thresholds[which] = limit;
    } else if (word.text.startsWith(CHECK_IP) && !word.inQuotes) {
      if (checkIp) return mistake(word, `${CHECK_IP} is given twice`);
      const reading = readCheckIp(text, word);
      if ("mistake" in reading) return reading;
      checkIp = reading.value;
    } else if (word.text.startsWith(CHECK_MARK) && !word.inQuotes) {
      if (checkMark) return mistake(word, `${CHECK_MARK} is given twice`);
      const at = word.at + CHECK_MARK.length;
      const reading = packetMark.read(text.slice(at, word.at + word.length));
      if ("mistake" in reading) return shifted(reading, at);
      checkMark = { at: word.at, length: word.length, mark: reading.value };
    } else if (word.text.startsWith(LABEL) && !word.inQuotes) {
      if (label !== undefined) return mistake(word, `${LABEL} is given twice`);
      label = word.text.slice(LABEL.length);
      const wrong = labelMistake(label, endpoint.last !== undefined);
      if (wrong !== undefined) return mistake(word, wrong, "write a name like web2");
    } else if (word.inQuotes) {
      if (strings.length === 2) return mistake(word, "there is text after the request and receive pair");
      strings.push(word);
    } else if (/^\d+$/.test(word.text) && weight === undefined && strings.length === 0) {
      weight = Number(word.text);
      if (weight > MOST_WEIGHT) return mistake(word, `a weight is a number from 0 to ${MOST_WEIGHT}`);
    } else {
      return mistake(word, unknownRealWord(word.text), realWordHint(word.text));
    }
  }
  if (strings.length === 1) {
    return mistake(
      strings[0],
      "the receive expression is missing after the request",
      'write both: "request", "receive"',
    );
  }
  const { l: lowerThreshold = 0, u: upperThreshold = 0 } = thresholds;
  if (upperThreshold > 0 && lowerThreshold > upperThreshold) {
    return mistake(rest.find((word) => word.text.startsWith("l:"))!, "the lower threshold is above the upper one");
  }
  const pair = strings.length === 2
    ? { request: strings[0].text, receive: { source: strings[1].text, at: strings[1].at + 1 + shift } }
    : undefined;
  return value({
    ...endpoint,
    ...method,
    weight: weight ?? 1,
    checkIp,
    checkMark,
    label,
    pair,
    lowerThreshold,
    upperThreshold,
  });
}

const CHECK_IP = "checkip:";
const CHECK_MARK = "checkmark:";
const LABEL = "label=";

/** A label is taken where an address or a host's name is: it must look like neither an address nor an option. */
function labelMistake(label: string, isRange: boolean): string | undefined {
  if (isRange) return "a label is for one real server, and not for a range";
  if (!/^[A-Za-z0-9_][\w.-]{0,62}$/.test(label)) return "a label has letters, digits, dots, hyphens and underscores";
  return /^[\d.]+$/.test(label) ? "a label cannot look like an address" : undefined;
}

/** No names here: what a check depends on should not depend on a name server. */
function readCheckIp(text: string, word: Word): Reading<CheckIp> {
  const start = word.at + CHECK_IP.length;
  const end = word.at + word.length;
  const first = readHost(text, start);
  if ("mistake" in first) return first;
  let stop = start + first.value.length;
  let last: HostRef | undefined;
  if (text.startsWith("->", stop)) {
    const reading = readHost(text, stop + 2);
    if ("mistake" in reading) return reading;
    last = reading.value;
    stop = last.at + last.length;
  }
  const spot = { at: start, length: end - start };
  if (!first.value.ip || (last && !last.ip)) {
    return mistake(spot, `not an address: ${quoted(text.slice(start, end))}`, "checkip takes no names");
  }
  if (stop < end) {
    const hint = text[stop] === ":" ? "the port of checks is checkport's" : undefined;
    return mistake({ at: stop, length: end - stop }, STRAY, hint);
  }
  return value({ ...spot, first: first.value.ip, last: last?.ip });
}

/** The endpoint at the beginning of a value, and where it ends. */
function readEndpoint(
  text: string,
  range?: "range",
): Reading<Endpoint & { readonly last?: HostRef; readonly end: number }> {
  const host = readHost(text, 0);
  if ("mistake" in host) return host;
  let end = host.value.at + host.value.length;
  let last: HostRef | undefined;
  if (range && text.startsWith("->", end)) {
    const reading = readHost(text, end + 2);
    if ("mistake" in reading) return reading;
    last = reading.value;
    end = last.at + last.length;
  }
  if (text[end] !== ":") return value({ host: host.value, last, end });
  const port = readPort(text, end + 1);
  if ("mistake" in port) return port;
  end = port.value.at + port.value.length;
  if (text.startsWith("->", end)) {
    return mistake({ at: end, length: 2 }, "the port stands after the range", "write first->last:port");
  }
  return value({ host: host.value, last, port: port.value, end });
}

/** A host runs to a blank, a colon or the arrow of a range; IPv6 stands in brackets. */
function readHost(text: string, at: number): Reading<HostRef> {
  const rest = text.slice(at, at + 512);
  if (rest.startsWith("[")) {
    const length = rest.indexOf("]") + 1;
    if (length === 0) return mistake({ at, length: 1 }, "the closing bracket is missing");
    const inside = rest.slice(1, length - 1);
    const ip = parseIp(inside);
    if (ip?.includes(":")) return value({ at, length, text: inside, ip });
    return mistake({ at, length }, `not an IPv6 address: ${quoted(inside)}`);
  }
  const unbracketed = /^[0-9A-Fa-f:.]+/.exec(rest)?.[0] ?? "";
  if ((unbracketed.match(/:/g)?.length ?? 0) > 1) {
    return mistake({ at, length: unbracketed.length }, "an IPv6 address stands in brackets", bracketed(unbracketed));
  }
  const word = /^(?:[^\s:"[\],>-]|-(?!>))+/.exec(rest)?.[0] ?? "";
  const length = word.length;
  if (length === 0) return mistake({ at, length: 1 }, "the address is missing");
  if (/^[\d.]+$/.test(word)) {
    const ip = parseIp(word);
    if (ip) return value({ at, length, text: word, ip });
    const leadingZero = /(^|\.)0\d/.test(word);
    return mistake(
      { at, length },
      `not an IPv4 address: ${quoted(word)}`,
      leadingZero
        ? `leading zeros are not allowed (they used to mean octal): ${word.replace(/(^|\.)0+(?=\d)/g, "$1")}`
        : "an address is four numbers from 0 to 255",
    );
  }
  const [first, last, ...more] = word.split("-");
  if (parseIp(first) && parseIp(last) && more.length === 0) {
    return mistake(
      { at, length },
      `not an address or a host name: ${quoted(word)}`,
      `a range of real servers is written ${first}->${last}`,
    );
  }
  if (length <= 253 && /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/.test(word)) {
    return value({ at, length, text: word });
  }
  return mistake({ at, length }, `not an address or a host name: ${quoted(word)}`);
}

/** Where the brackets go: the last group may be the port. */
function bracketed(text: string): string {
  const colon = text.lastIndexOf(":");
  const [head, port] = [text.slice(0, colon), text.slice(colon + 1)];
  const forms = [
    ...parseIp(head) && /^\d{1,5}$/.test(port) ? [`[${head}]:${port}`] : [],
    ...parseIp(text) ? [`[${text}]`] : [],
  ];
  return `write ${forms.length > 0 ? forms.join(" or ") : "[2001:db8::1]"}`;
}

function readPort(text: string, at: number): Reading<PortRef> {
  const word = /^[^\s"[\],:>]*?(?=->|[\s"[\],:>]|$)/.exec(text.slice(at, at + 256))![0];
  const spot = { at, length: word.length };
  if (word === "") return mistake({ at, length: 1 }, "the port is missing after the colon");
  if (/^\d+$/.test(word)) {
    const number = Number(word);
    if (number <= MOST_PORT) return value({ ...spot, text: word, number });
    return mistake(spot, `invalid port (${word.slice(0, 20)}): a port is a number up to ${MOST_PORT}`);
  }
  if (/^[A-Za-z0-9_][A-Za-z0-9_.+*/-]*$/.test(word)) return value({ ...spot, text: word });
  return mistake(
    spot,
    `not a port: ${quoted(word)}`,
    `write a number from 1 to ${MOST_PORT} or a name of /etc/services`,
  );
}

/** What is not even nearly a method may be a request that has lost its quotes. */
function unknownForwarding(word: string): string {
  const message = "forward method must be gate, masq or ipip";
  return /^[\w ]+$/.test(word) && forwardingHint(word) ? `${message}, not ${quoted(word)}` : message;
}

function forwardingHint(word: string): string | undefined {
  if (/^ipip:./.test(word)) {
    return `a tunnel is written ipip, ipip:gre, or ipip:gue:6080 with a port from 1 to ${MOST_PORT}`;
  }
  if (word.startsWith("->")) return "a range is written without blanks: first->last:port";
  if (word === "\\") return "a line cannot be continued on the next one";
  const near = OTHER_NAMES.get(word.toLowerCase()) ?? closest(word, FORWARDING);
  return near && `did you mean ${near}?`;
}

function unknownRealWord(word: string): string {
  return /^-\d/.test(word) ? `a weight is a number from 0 to ${MOST_WEIGHT}` : STRAY;
}

function realWordHint(word: string): string {
  if (/^[{}]/.test(word)) return "{ stands at the end of the line, behind a blank, and } on a line of its own";
  if (/^check/i.test(word)) return "where and how checks go is written checkip:10.0.0.1 and checkmark:7";
  if (/^label/i.test(word)) return "a label is written label=web2, without blanks";
  if (/^[lu]/.test(word)) return "thresholds are written l:10 and u:20";
  return 'after the forwarding method: weight, "request", "receive", l:n, u:n, checkip:address, checkmark:n, label=name';
}
