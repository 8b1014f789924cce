import { harmlessLine } from "../model/harmless_text.ts";
import type { DestinationKey } from "../model/table.ts";
import type { VirtualService } from "../model/virtual_service.ts";
import { type Letter, type Mailbox, parseMailbox } from "./letter.ts";
import type { Alert } from "./alert_rules.ts";

/** Alerts that one letter spells out; mail servers refuse letters of many megabytes. */
const MOST = 1_000;

/** Characters of one line. RFC 5322 (2.1.1) allows 998. */
const LONGEST = 900;

/** What a letter says besides its alerts. */
export interface LetterFacts {
  /** The name of this host. */
  readonly host: string;
  readonly date: Date;
  /** Makes the left part of a Message-ID. */
  newId(): string;
  /** The names that the configuration gives a real server. */
  namesOf(virtual: VirtualService, server: DestinationKey): readonly string[];
}

/** The letters that alerts of a few seconds make: one for all that share recipients, sender, mail server and state. */
export function composeLetters(alerts: readonly Alert[], letterFacts: LetterFacts): Letter[] {
  const digests = Map.groupBy(
    alerts,
    ({ virtual: { alerts: { to, from, smtp } }, state }) => JSON.stringify([to, from, smtp, state]),
  );
  return [...digests.values()]
    .filter(([{ virtual }]) => virtual.alerts.to.length > 0)
    .map((digest) => composeLetter(digest, letterFacts));
}

function composeLetter(alerts: readonly Alert[], letterFacts: LetterFacts): Letter {
  const [{ virtual }] = alerts;
  const { host, date, newId } = letterFacts;
  const domain = mailDomain(host);
  const from = senderOf(virtual, domain);
  return {
    id: `<${newId()}@${domainOf(from.address)}>`,
    date,
    from,
    to: virtual.alerts.to.map((address) => qualified(address, domain)),
    subject: subjectOf(alerts),
    text: textOf(alerts, letterFacts),
    server: virtual.alerts.smtp,
  };
}

function subjectOf([first, ...others]: readonly Alert[]): string {
  const { serviceName } = first.virtual;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return line(`${serviceName === undefined ? "" : `[${serviceName}] `}${first.text}`) + more;
}

function textOf(alerts: readonly Alert[], { host, namesOf }: LetterFacts): string {
  const lines = [`ldirectord host: ${host}`];
  for (const { text, reason, virtual, server } of alerts.slice(0, MOST)) {
    lines.push(`Log-Message: ${text}`);
    if (reason !== undefined) lines.push(`Reason: ${reason}`);
    const names = server === undefined ? [] : namesOf(virtual, server);
    if (names.length > 0) lines.push(`Real server: ${server} ${names.join(" ")}`);
  }
  if (alerts.length > MOST) lines.push(`and ${alerts.length - MOST} more, which the log has`);
  lines.push(`Daemon-Status: ${alerts[0].state}`);
  const virtuals = new Map(alerts.map(({ virtual }) => [virtual.key, virtual]));
  for (const virtual of virtuals.values()) lines.push(...detailsOf(virtual));
  return lines.map((text) => `${line(text)}\n`).join("");
}

function detailsOf({ label, serviceName, comment }: VirtualService): string[] {
  if (serviceName === undefined && comment === undefined) return [];
  const details = ["", `Virtual server: ${label}`];
  if (serviceName !== undefined) details.push(`Service name: ${serviceName}`);
  if (comment !== undefined) details.push(`Comment: ${comment}`);
  return details;
}

/** What a checked server said may stand in it: nothing harmful, no endless line. */
function line(text: string): string {
  const clean = harmlessLine(text);
  return clean.length <= LONGEST ? clean : `${clean.slice(0, LONGEST)}…`;
}

function senderOf(virtual: VirtualService, domain: string): Mailbox {
  const { name, address } = parseMailbox(virtual.alerts.from ?? "ldirectord");
  return { name, address: qualified(address, domain) };
}

/** SMTP knows no address without a domain (RFC 5321, 2.3.11): `root` is that of this host. */
function qualified(address: string, domain: string): string {
  return address.includes("@") ? address : `${address}@${domain}`;
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}

/** A host that was given no name calls itself `(none)`. */
function mailDomain(host: string): string {
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host) ? host : "localhost";
}
