/**
 * Values of several parts, taken apart and put together again: what YAML writes as a mapping, a line of the
 * configuration file writes in a row.
 */

import type { AlsoCheck } from "./also_check.ts";
import { alsoCheck } from "./also_check.ts";
import { realServer, type RealValue } from "./endpoints.ts";
import { methodText, MOST_WEIGHT } from "../../model/table.ts";
import type { Grammar, Reading } from "./grammar.ts";

/** The parts of a value by their keys. */
export type Parts = ReadonlyMap<string, string>;

/** A part of a value. */
export interface Part {
  readonly key: string;
  readonly doc: string;
  readonly required?: true;
  /** A number, for a schema and for how it is written. */
  readonly least?: number;
  readonly most?: number;
  /** What a text is to look like, for a schema. */
  readonly pattern?: string;
  /** As it stands in the row; absent: in a quoted string, together with its pair. */
  readonly inRow?: (text: string) => string;
}

/** What a real server's mapping has beside its parts: the directives that are for it alone. */
export const OWN_KEY = "check";

/** What it holds. */
export const OWN_DOC = "Directives that count for this real server in place of the section's.";

/** How a value of several parts is written. */
export interface Structure {
  readonly parts: readonly Part[];
  /** Directives may stand in the mapping, below {@link OWN_KEY}. */
  readonly takesBlock?: true;
  /** A request and what is to be received stand together, or not at all. */
  readonly pairs: boolean;
  /** Takes apart a value that was written in a row. */
  split(raw: string): Parts | undefined;
  /** Reads the parts in a row, and beside it the pair of strings, which may hold anything. */
  read(row: string, pair: Pair | undefined): Reading<unknown>;
}

/** A request and what is to be received. */
export interface Pair {
  readonly request: string;
  readonly receive: string;
}

const PAIR: readonly Part[] = [
  { key: "request", doc: "What this check asks for." },
  { key: "receive", doc: "A regular expression that must occur in the answer." },
];

const asItIs = (text: string) => text;

const real: Structure = {
  pairs: true,
  takesBlock: true,
  parts: [
    {
      key: "address",
      doc: "host:port, host alone, or a range first->last:port; IPv6 in brackets.",
      required: true,
      inRow: asItIs,
    },
    {
      key: "forward",
      doc: "Direct routing (gate), NAT (masq) or IP-in-IP (ipip, ipip:gue:PORT or ipip:gre).",
      required: true,
      pattern: "^(gate|masq|ipip|ipip:gre|ipip:gue:[0-9]{1,5})$",
      inRow: asItIs,
    },
    {
      key: "weight",
      doc: "The share of connections that it gets; 1 unless given.",
      least: 0,
      most: MOST_WEIGHT,
      inRow: asItIs,
    },
    ...PAIR,
    {
      key: "lower",
      doc: "Connections below which the kernel sends it new ones again.",
      least: 0,
      inRow: (text) => `l:${text}`,
    },
    {
      key: "upper",
      doc: "Connections at which the kernel stops sending it new ones.",
      least: 0,
      inRow: (text) => `u:${text}`,
    },
    {
      key: "checkip",
      doc: "The address that checks go to instead of its own.",
      inRow: (text) => `checkip:${text}`,
    },
    {
      key: "checkmark",
      doc: "The mark that its checks' packets carry on this host.",
      least: 1,
      inRow: (text) => `checkmark:${text}`,
    },
    {
      key: "label",
      doc: "What it is called, in all that shows it and all that asks for it.",
      inRow: (text) => `label=${text}`,
    },
  ],
  split(raw) {
    const value = readValue(realServer, raw);
    if (!value) return undefined;
    const { host, last, port, weight, pair, checkIp, checkMark, label } = value;
    const { lowerThreshold, upperThreshold } = value;
    const bracketed = (text: string) => text.includes(":") ? `[${text}]` : text;
    const range = (from: string, to: string | undefined) => `${bracketed(from)}${to ? `->${bracketed(to)}` : ""}`;
    return partsOf([
      ["address", `${range(host.text, last?.text)}${port ? `:${port.text}` : ""}`],
      ["forward", methodText(value)],
      ["weight", String(weight)],
      ["request", pair?.request],
      ["receive", pair?.receive.source],
      ["lower", lowerThreshold > 0 ? String(lowerThreshold) : undefined],
      ["upper", upperThreshold > 0 ? String(upperThreshold) : undefined],
      ["checkip", checkIp && range(checkIp.first, checkIp.last)],
      ["checkmark", checkMark && String(checkMark.mark)],
      ["label", label],
    ]);
  },
  read(row, pair) {
    const reading = realServer.read(row);
    if ("mistake" in reading || !pair) return reading;
    const value: RealValue = {
      ...reading.value,
      pair: { request: pair.request, receive: { source: pair.receive, at: 0 } },
    };
    return { value };
  },
};

const also: Structure = {
  pairs: false,
  parts: [
    {
      key: "service",
      doc: "A service, connect or ping, with :port if it is not its own.",
      required: true,
      inRow: asItIs,
    },
    ...PAIR,
  ],
  split(raw) {
    const value = readValue(alsoCheck, raw);
    if (!value) return undefined;
    const { kind, port, request, receive } = value;
    return partsOf([
      ["service", port === undefined ? kind : `${kind}:${port}`],
      ["request", request || undefined],
      ["receive", receive.source || undefined],
    ]);
  },
  read(row, pair) {
    const reading = alsoCheck.read(row);
    if ("mistake" in reading || !pair) return reading;
    const value: AlsoCheck = {
      ...reading.value,
      request: pair.request,
      receive: { source: pair.receive, at: 0 },
    };
    return { value };
  },
};

/** The directives with values that have parts. */
export const STRUCTURES: Readonly<Record<string, Structure>> = { real, real6: real, alsocheck: also };

/** The structure of a directive's value, if it has one. */
export function structureOf(name: string): Structure | undefined {
  return Object.hasOwn(STRUCTURES, name) ? STRUCTURES[name] : undefined;
}

/** The parts in a row, as a configuration file has them. */
export function inRow({ parts }: Structure, values: Parts): string {
  const words = parts.flatMap(({ key, inRow }) => {
    if (key === "request" && (values.has("request") || values.has("receive"))) {
      return [`"${values.get("request") ?? ""}", "${values.get("receive") ?? ""}"`];
    }
    const value = values.get(key);
    return value === undefined || !inRow ? [] : [inRow(value)];
  });
  return words.join(" ");
}

function readValue<T>(grammar: Grammar<T>, raw: string): T | undefined {
  const reading = grammar.read(raw);
  return "value" in reading ? reading.value : undefined;
}

function partsOf(entries: readonly (readonly [string, string | undefined])[]): Parts {
  return new Map(entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}
