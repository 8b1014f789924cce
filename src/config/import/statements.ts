/**
 * Questions to keepalived's statements, and how its values are written here.
 */

import { familyOf, parseIp } from "../../model/address.ts";
import type { Forwarding } from "../../model/table.ts";
import type { Entry } from "../cf/outline.ts";
import type { DirectiveName } from "../language/directives.ts";
import type { Statement } from "./keepalived_syntax.ts";

/** Statements by their keywords; of several the first. */
export type FirstOf = ReadonlyMap<string, Statement>;

/** What real servers and checks take over from their virtual server where they say nothing themselves. */
export const INHERITED: readonly string[] = [
  ..."virtualhost connect_timeout retry delay_before_retry inhibit_on_failure".split(" "),
];

/** Keywords that need no counterpart here. */
export const UNNEEDED: ReadonlySet<string> = new Set([
  ..."alpha ip_family nat_mask smtp_alert no_smtp_alert snmp_name warmup".split(" "),
]);

const METHODS: Readonly<Record<string, Forwarding>> = { NAT: "masq", DR: "gate", TUN: "ipip" };

/** Returns the forwarding method of a word, in any case; `undefined` where there is none, or an unknown one. */
export function forwardingOf(word: string | undefined): Forwarding | undefined {
  return METHODS[(word ?? "").toUpperCase()];
}

/** Returns the statements of a block by their keywords. */
export function firstOf(block: readonly Statement[]): FirstOf {
  return new Map(block.toReversed().map((each) => [each.keyword, each]));
}

/** Returns the first word behind a keyword; `undefined` where that is missing. */
export function valueOf(block: readonly Statement[], keyword: string): string | undefined {
  return block.find((each) => each.keyword === keyword)?.words[0];
}

/** Whether a statement is a check of a real server. */
export function isCheck({ keyword }: Statement): boolean {
  return /_(CHECK|GET)$/.test(keyword);
}

/** Returns a directive as it stands on a line of its own. */
export function entry(name: DirectiveName, value: string, line: number): Entry {
  return { name, value, above: [], line };
}

/** Returns seconds in tenths. keepalived knows microseconds: what is finer is rounded up, so that no server is asked more often. */
export function roundedUp(text: string): string {
  const tenths = Math.ceil(Number(Number(text).toFixed(6)) * 10 - 1e-6);
  return Number.isFinite(tenths) ? String(Math.max(1, tenths) / 10) : text;
}

/** Whether a text is an IPv6 address. */
export function isSix(text: string | undefined): boolean {
  const ip = parseIp(text ?? "");
  return ip !== undefined && familyOf(ip) === 6;
}

/** Returns an address as it stands before a port. */
export function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
