/**
 * The grammars of values that stand alone: numbers, choices, texts, paths, addresses of mail.
 */

import { DNS_TYPES, type HttpMethod, type RequestHeader, type StatusRange } from "../../model/check.ts";
import { SERVICES } from "../../model/services.ts";
import { type IpAddress, MOST_PORT, parseIp } from "../../model/address.ts";
import { IPVS_DRIVERS, type IpvsTimeouts } from "../../model/ipvs.ts";
import { Secret } from "../../model/secret.ts";
import type { AlertState, NotifyTarget } from "../../model/virtual_service.ts";
import { parseWebAddress, type WebAddress } from "../../model/web_address.ts";
import { type Grammar, mistake, type Reading, shifted, value, whole } from "./grammar.ts";
import { closest } from "./closest.ts";
import { quotable, quotableText, unquoteLoosely } from "./quotes.ts";

/** A grammar's `openPart` where a value may be a secret from its first character. */
const closed = () => 0;

/** The longest time that a timer can hold: 2^31 milliseconds. */
const LONGEST_SECONDS = 2_147_483;

/** What a number counts, where people write a unit behind it. */
type Counted = "seconds" | "days" | "things";

/**
 * A whole number within bounds.
 *
 * @param whyWhole what the hint says to a person who wrote a fraction.
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

/** Seconds that units stand for. */
const UNITS: readonly (readonly [unit: RegExp, seconds: number])[] = [
  [/^(ms|msecs?|milliseconds?)$/i, 0.001],
  [/^(s|secs?|seconds?)$/i, 1],
  [/^(m|mins?|minutes?)$/, 60],
  [/^(h|hrs?|hours?)$/i, 3600],
  [/^(d|days?)$/i, 86_400],
  [/^(w|weeks?)$/i, 7 * 86_400],
];

/** The seconds that a number with a unit means, rounded to microseconds; `undefined` for other texts. */
function secondsWithUnit(text: string): number | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text) ?? [];
  const factor = UNITS.find(([name]) => name.test(unit))?.[1];
  return factor === undefined ? undefined : Math.round(Number(digits) * factor * 1e6) / 1e6;
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

/** The shortest duration, in seconds; longer ones are multiples of it. */
const TENTH = 0.1;

/** Seconds and tenths of a second; 0 only where it switches something off. */
function duration(orZero: boolean): Grammar<number> {
  const bound = orZero ? "0 or at least 0.1" : "at least 0.1";
  const upward = orZero ? "write 0, or a number of seconds from 0.1 up" : "write a number of seconds from 0.1 up";
  const isTooShort = (seconds: number) => seconds < TENTH && !(orZero && seconds === 0);
  /** What is wrong with a number of seconds, and what to write instead; `undefined` for one that is allowed. */
  const faultOf = (seconds: number, text: string): readonly [text: string, hint?: string] | undefined => {
    if (isTooShort(seconds)) return [`the number must be ${bound}`, upward];
    if (seconds > LONGEST_SECONDS) return [`the number must be at most ${LONGEST_SECONDS}`];
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
      : faultOf(meant, text)?.[1] ?? (meant > LONGEST_SECONDS ? undefined : `write the number of seconds: ${meant}`);
    return mistake(whole(text), `not a number of seconds: ${quoted(text)}`, hint);
  }, {
    // No multipleOf: validators that divide binary fractions refuse 0.3.
    type: "number",
    ...orZero ? { anyOf: [{ const: 0 }, { minimum: TENTH }] } : { minimum: TENTH },
    maximum: LONGEST_SECONDS,
  });
}

/** Seconds, at least a tenth of one, in tenths. */
export const seconds: Grammar<number> = duration(false);

/** The same, where 0 switches something off. */
export const secondsOrZero: Grammar<number> = duration(true);

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

/** The name of a network interface: what the kernel lets it be (dev_valid_name() in net/core/dev.c). */
export const networkInterface: Grammar<string> = quotable("interface", (text) => {
  if (/^[^\s/:]{1,15}$/.test(text) && text !== "." && text !== "..") return value(text);
  return mistake(
    whole(text),
    `not the name of a network interface: ${quoted(text)}`,
    "write a name as ip link has it: eth0",
  );
});

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

/** A port by its number. */
export const portNumber: Grammar<number> = integer("port number", 1, MOST_PORT);

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
function withTruths(words: readonly string[]): readonly (string | boolean)[] {
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

/** The kernel's timeouts of connections, in ipvsadm's order; 0 leaves one as it is. */
export const ipvsTimeouts: Grammar<IpvsTimeouts> = quotable("TCP TCPFIN UDP", (text) => {
  const words = text.split(/\s+/);
  if (words.length !== 3 || !words.every((word) => /^\d+$/.test(word) && Number(word) <= LONGEST_SECONDS)) {
    return mistake(
      whole(text),
      `not three whole numbers of seconds, each at most ${LONGEST_SECONDS}: ${quoted(text)}`,
      "write those of tcp, of tcp after a FIN and of udp, with 0 for one that is to stay as it is: 900 120 300",
    );
  }
  const [tcp, tcpFin, udp] = words.map(Number);
  return value({ tcp, tcpFin, udp });
});

/** The protocol that a negotiate check speaks. */
export const service = oneOf(SERVICES);

/** The record type that a dns check asks for. */
export const dnsType = oneOf(DNS_TYPES);

/** The protocol of a virtual service. */
export const protocol = oneOf(["tcp", "udp", "fwm"]);

/** How real servers are checked. */
export type CheckType =
  | "connect"
  | "negotiate"
  | "external"
  | "external-perl"
  | "ping"
  | "on"
  | "off"
  /** After each negotiate that passed, this many connects. */
  | number;

const CHECK_TYPES = ["connect", "negotiate", "external", "external-perl", "ping", "on", "off"] as const;
const connectCount = integer("number", 0, 1_000_000);
const namedCheckType = oneOf(CHECK_TYPES);

/** A check type by name, or the number of connects for each negotiate. */
export const checkType: Grammar<CheckType> = quotable(`${CHECK_TYPES.join("|")}|number`, (text): Reading<CheckType> => {
  if (/^\d+$/.test(text)) return connectCount.read(text);
  const reading = namedCheckType.read(text);
  if ("value" in reading) return reading;
  const said = `must be ${orList([...CHECK_TYPES, "a number"])}, not ${quoted(text)}`;
  return mistake(whole(text), said, reading.mistake.hint);
}, { anyOf: [{ enum: withTruths(CHECK_TYPES) }, { type: "integer", minimum: 0 }] });

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

/** A file or directory by its absolute path: the daemon's working directory is `/`. */
export const path: Grammar<string> = quotable("path", (text) => {
  if (text.startsWith("/")) return value(text);
  return mistake(whole(text), `not an absolute path: ${quoted(text)}`, "a path begins with /");
}, { type: "string", pattern: "^/" });

/** The name of an account of the system (shadow-utils allows these characters). */
export const accountName: Grammar<string> = quotable("account", (text) => {
  if (/^[a-z_][\w-]*\$?$/i.test(text)) return value(text);
  return mistake(whole(text), `not the name of an account: ${quoted(text)}`, "write a name that /etc/passwd has");
});

/** The name of another configuration, or its path. */
export const configurationName: Grammar<string> = quotable("configuration", (text) => {
  if (text === "") return mistake(whole(text), "the name of a configuration is missing");
  if (text.startsWith("-")) return mistake(whole(text), "the name of a configuration cannot begin with -");
  return value(text);
});

const FACILITIES = [
  ..."auth authpriv cron daemon ftp kern lpr mail news syslog user uucp".split(" "),
  ...Array.from({ length: 8 }, (_, i) => `local${i}`),
];

/** A log file's path, or a syslog facility. */
export const logTarget: Grammar<string> = quotable("path|facility", (text) => {
  if (text.startsWith("/") || FACILITIES.includes(text)) return value(text);
  const near = closest(text, FACILITIES);
  return mistake(
    whole(text),
    `neither a path nor a syslog facility: ${quoted(text)}`,
    near ? `did you mean ${near}?` : "a path begins with /; the facilities are daemon, local0 to local7 and the like",
  );
});

/** How a line of the log is written. */
export const logFormat = oneOf(["text", "json"]);

/** An address of mail: none may hold a blank, or look like an option, or like a program or a file that mail is to go to. */
const MAIL_ADDRESS = /^[^\s<>"'@,;:\\()|/-][^\s<>"@,;:\\()]*(@[^\s<>"'@,;:\\()]+)?$/;

/** What stands in the From header (RFC 5322, 3.4): an address, or a name, perhaps in quotes, and an address in angle brackets. */
const MAILBOX = /^(?:[^<>"]*|"(?:[^"\\]|\\.)*")\s*<([^\s<>]+)>$|^(\S+)\s+\([^()]*\)$/;

const bareAddresses = quotable("address,...", readAddresses);

/** Mail addresses, separated by commas, perhaps with names. Mailers take the addresses as arguments. */
export const mailAddresses: Grammar<readonly string[]> = {
  ...bareAddresses,
  // A name in quotes is no value in quotes.
  read: (raw) => /^"[^"]*"\s*</.test(raw) ? readAddresses(raw) : bareAddresses.read(raw),
};

function readAddresses(text: string): Reading<readonly string[]> {
  const addresses: string[] = [];
  for (const { word, at } of commaSeparated(text)) {
    const address = MAILBOX.exec(word)?.[1] ?? word;
    if (!MAIL_ADDRESS.test(address)) {
      return mistake({ at, length: word.length }, `not a mail address: ${quoted(word)}`, mailAddressHint(text));
    }
    addresses.push(address);
  }
  return value(addresses);
}

function mailAddressHint(text: string): string {
  const words = text.split(/[\s,;]+/).filter((word) => word !== "");
  if (words.length > 1 && words.every((word) => MAIL_ADDRESS.test(word) && word.includes("@"))) {
    return `write commas between addresses: ${words.join(", ")}`;
  }
  return "write name@example.org";
}

/** The sender of mail. */
export const mailbox: Grammar<string> = {
  form: "mailbox",
  read(raw) {
    // A name in quotes is no value in quotes.
    if (/^"[^"]*"\s*</.test(raw)) return readMailbox(raw);
    const bare = unquoteLoosely(raw);
    if ("mistake" in bare) return bare;
    const reading = shifted(readMailbox(bare.value.text), bare.value.at);
    return "value" in reading ? value(reading.value, bare.remark) : reading;
  },
  readText: readMailbox,
};

function readMailbox(text: string): Reading<string> {
  const [, inBrackets, beforeComment] = MAILBOX.exec(text) ?? [];
  const address = inBrackets ?? beforeComment ?? text;
  if (MAIL_ADDRESS.test(address)) return value(text);
  return mistake(
    whole(text),
    `not a sender: ${quoted(text)}`,
    'write name@example.org or "Some Name" <name@example.org>',
  );
}

const ALERT_STATES = ["starting", "running", "stopping", "reloading"] as const;
const alertWord = oneOf(["all", "none", ...ALERT_STATES]);

/** The states of the daemon in which alerts are sent. */
export const alertStates: Grammar<ReadonlySet<AlertState>> = quotable("all|none|state,...", (text) => {
  const states = new Set<AlertState>();
  const words = [...commaSeparated(text)];
  for (const { word, at } of words) {
    const reading = alertWord.read(word);
    if ("mistake" in reading) return mistake({ at, length: word.length }, reading.mistake.text, reading.mistake.hint);
    if (reading.value === "all") ALERT_STATES.forEach((state) => states.add(state));
    else if (reading.value !== "none") states.add(reading.value);
    else if (words.length > 1) return mistake({ at, length: 4 }, "none cannot stand with another state");
  }
  return value(states);
});

/** How a mail server is spoken to. */
export const mailEncryption = oneOf(["auto", "yes", "no"]);

/** A mail server: host or host:port. */
export const mailServer: Grammar<string> = quotable("host[:port]", (text) => {
  const match = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?)(?::(\d{1,5}))?$/.exec(text);
  const port = Number(match?.[2] ?? 25);
  if (match && port >= 1 && port <= MOST_PORT) return value(text);
  return mistake(whole(text), `not a host or host:port: ${quoted(text)}`);
});

/** Where a web server listens: a port alone means loopback. */
export const webAddress: Grammar<WebAddress> = quotable("[address:]port", (text) => {
  const read = parseWebAddress(text);
  if (typeof read !== "string") return value(read);
  return mistake(whole(text), read, "write 127.0.0.1:9780, or 0.0.0.0:9780 for all addresses of this host");
});

/** A host name as HTTP's Host header has it. */
export const virtualHost: Grammar<string> = quotable("host", (text) => {
  if (/^[^\s/"']+$/.test(text)) return value(text);
  return mistake(whole(text), `not a host name: ${quoted(text)}`, "write the name alone, without http:// or a path");
});

/** An IPv4 or IPv6 address. */
export const address: Grammar<IpAddress> = quotable("address", (text) => {
  const ip = parseIp(text);
  return ip ? value(ip) : mistake(whole(text), `not an IP address: ${quoted(text)}`, "write 192.0.2.1 or 2001:db8::1");
});

/** A mark of packets, as the kernel's firewall and routing rules know it. */
export const packetMark: Grammar<number> = integer("mark", 1, 4_294_967_295);

/** A server's name or address as a certificate has it. */
export const serverName: Grammar<string> = quotable("host", (text) => {
  if (/^[A-Za-z0-9_.-]+$/.test(text) || parseIp(text)) return value(text);
  return mistake(whole(text), `not a host name: ${quoted(text)}`, "write the name alone, without a port");
});

/** The schedulers of Linux, by its modules ip_vs_NAME (net/netfilter/ipvs/Kconfig of 6.12). */
export const LINUX_SCHEDULERS: readonly string[] = [
  ..."rr wrr lc wlc sh mh dh lblc lblcr sed nq fo ovf twos".split(" "),
];

/** The name of an IPVS scheduler. A kernel may have others than {@link LINUX_SCHEDULERS}. */
export const scheduler: Grammar<string> = quotable("name", (text) => {
  if (/^[a-z]{1,15}$/.test(text)) return value(text);
  return mistake(
    whole(text),
    `not the name of a scheduler: ${quoted(text)}`,
    `write one of ${LINUX_SCHEDULERS.join(", ")}`,
  );
});

const SCHEDULER_FLAGS = ["flag-1", "flag-2", "flag-3", "mh-fallback", "mh-port", "sh-fallback", "sh-port"];
const schedulerFlag = oneOf(SCHEDULER_FLAGS);

/** Flags of a scheduler, separated by commas. */
export const schedulerFlags: Grammar<readonly string[]> = quotable("flag,...", (text) => {
  const flags = new Set<string>();
  for (const { word, at } of commaSeparated(text)) {
    const reading = schedulerFlag.read(word);
    if ("mistake" in reading) return mistake({ at, length: word.length }, reading.mistake.text, reading.mistake.hint);
    flags.add(word);
  }
  return value([...flags].sort());
});

/** The granularity of persistence. Which of the two forms is right depends on the section's family. */
export type Netmask =
  | { readonly quad: IpAddress }
  | { readonly prefix: number };

/** A dotted quad with its ones in front, or a prefix length. */
export const netmask: Grammar<Netmask> = quotable("w.x.y.z|prefix length", (text): Reading<Netmask> => {
  if (/^\d+$/.test(text)) {
    const prefix = Number(text);
    if (prefix >= 1 && prefix <= 128) return value({ prefix });
    return mistake(whole(text), "a prefix length is a number from 1 to 128");
  }
  const quad = parseIp(text);
  if (!quad || quad.includes(":")) return mistake(whole(text), `not a netmask: ${quoted(text)}`, "write 255.255.255.0");
  const bits = quad.split(".").reduce((sum, octet) => (sum << 8) | Number(octet), 0);
  const inverse = ~bits;
  if (bits === 0 || (inverse & (inverse + 1)) !== 0) {
    return mistake(
      whole(text),
      `not a netmask: ${quoted(text)}`,
      "its binary ones stand in front, as in 255.255.255.0",
    );
  }
  return value({ quad });
}, { type: ["string", "integer"] });

/** A program with its arguments, or the URL of a webhook. */
export const notifyTarget: Grammar<NotifyTarget> = {
  form: "path [argument...]|URL",
  openPart: closed,
  read(raw): Reading<NotifyTarget> {
    const url = /^"?(https?:\/\/[^"]*)"?$/i.exec(raw)?.[1];
    if (url === undefined) {
      const reading = command.read(raw);
      return "value" in reading ? value({ kind: "program", argv: reading.value }) : reading;
    }
    if (URL.canParse(url)) return value({ kind: "webhook", url: new Secret(url) });
    return mistake(whole(raw), "not a URL", "write https://host/path");
  },
};

/** A command and its arguments, split as a shell would, but run without one. */
export const command: Grammar<readonly string[]> = {
  form: "path [argument...]",
  openPart: (raw) => /^["']?\/[^\s"'=]*(?=["'\s]|$)/.exec(raw)?.[0].length ?? 0,
  read(raw) {
    const bare = /^"[^"]*"$|^"[^"]*$|^[^"]*"$/.test(raw) ? unquoteLoosely(raw) : value({ text: raw, at: 0 });
    if ("mistake" in bare) return bare;
    const { text: line, at: shift } = bare.value;
    const words: string[] = [];
    const word = /\s*((?:[^\s"']|"[^"]*"|'[^']*')+)|\s*(["'])/gy;
    for (let match = word.exec(line); match; match = word.exec(line)) {
      if (match[2]) return mistake({ at: word.lastIndex - 1 + shift, length: 1 }, "the closing quote is missing");
      words.push(match[1].replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
      if (word.lastIndex === line.length) break;
    }
    return words.length > 0 ? value(words, bare.remark) : mistake(whole(raw), "the command is missing");
  },
};

/** The words of a comma-separated list, with their places; an empty one is a mistake that its grammar will see. */
function* commaSeparated(text: string): Generator<{ readonly word: string; readonly at: number }> {
  let at = 0;
  for (const part of text.split(",")) {
    const word = part.trim();
    yield { word, at: at + (part.length - part.trimStart().length) };
    at += part.length + 1;
  }
}

/** A value in an error text: in quotes, not a page long, without the password of a URL, and without a further `name = value`. */
export function quoted(text: string): string {
  const shown = text.replace(/:[^\s@/:]*@/g, ":***@").replace(FURTHER_VALUE, " …");
  return shown.length > 60 ? `"${shown.slice(0, 60)}…"` : `"${shown}"`;
}

/** `a, b or c`. */
function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`;
}

/** Where a further directive begins, on a line that has a value already. */
export const FURTHER_VALUE = /\s["']?[\w-]+["']?\s*=.*$/s;
