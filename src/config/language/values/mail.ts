/**
 * The grammars of mail: addresses, servers, and the states in which it is sent.
 */

import { MOST_PORT } from "../../../model/address.ts";
import type { AlertState } from "../../../model/virtual_service.ts";
import { type Grammar, mistake, type Reading, shifted, value, whole } from "../grammar.ts";
import { quotable, unquoteLoosely } from "../quotes.ts";
import { oneOf } from "./choices.ts";
import { commaSeparated } from "./comma_separated.ts";
import { quoted } from "./quoted.ts";

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

/** A mail server: host or host:port. */
export const mailServer: Grammar<string> = quotable("host[:port]", (text) => {
  const match = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?)(?::(\d{1,5}))?$/.exec(text);
  const port = Number(match?.[2] ?? 25);
  if (match && port >= 1 && port <= MOST_PORT) return value(text);
  return mistake(whole(text), `not a host or host:port: ${quoted(text)}`);
});
