import type { MailServer } from "../model/virtual_service.ts";

/** A name, which may be empty, and an address. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** A mail, ready to be sent, and its recipients. */
export interface Letter {
  /** The Message-ID, the same at each attempt, so that a mail that arrives twice is seen to be one. */
  readonly id: string;
  readonly date: Date;
  readonly from: Mailbox;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** Absent = the local sendmail. */
  readonly server?: MailServer;
}

/** An address that a letter did not reach. */
export interface Refusal {
  readonly address: string;
  /** One line. */
  readonly message: string;
  /** Trying again is of no use. */
  readonly permanent: boolean;
}

/**
 * Makes one attempt to bring a letter to these of its addresses. Gives those that it did not reach; never rejects.
 */
export type Send = (letter: Letter, to: readonly string[], signal: AbortSignal) => Promise<readonly Refusal[]>;

/** What is true of every address when an attempt fails as a whole. */
export function refuseAll(to: readonly string[], message: string, permanent = false): Refusal[] {
  return to.map((address) => ({ address, message, permanent }));
}

/**
 * Reads `name@example.org`, `Some Name <name@example.org>`, `"Name, Some" <name@example.org>` (RFC 5322, 3.4) and the older
 * `name@example.org (Some Name)`.
 */
export function parseMailbox(text: string): Mailbox {
  const commented = /^(\S+)\s+\(([^()]*)\)$/.exec(text.trim());
  if (commented) return { name: commented[2].trim(), address: commented[1] };
  const match = /^(.*)<([^<>]+)>\s*$/s.exec(text);
  if (!match) return { name: "", address: text.trim() };
  const name = match[1].trim();
  const quoted = /^"(.*)"$/s.exec(name);
  return { name: quoted ? quoted[1].replace(/\\(.)/gs, "$1") : name, address: match[2].trim() };
}
