/**
 * What the director and the process that speaks to a mail server say to each other: one JSON object each. What the
 * process says may be a hostile server's, so it is bounded and validated here.
 */

import type { Refusal } from "./letter.ts";

/** The command by which this program speaks to a mail server. */
export const MAIL_COMMAND = "__mail";

/** What is to be brought to a mail server, and how. */
export interface MailJob {
  readonly host: string;
  readonly port: number;
  readonly tls: "auto" | "yes" | "no";
  readonly login?: { readonly user: string; readonly passwd: string };
  /** The certificates that the system trusts, in PEM form; absent = OpenSSL's own. */
  readonly authorities?: string;
  readonly from: string;
  readonly to: readonly string[];
  /** The letter with its headers. */
  readonly message: string;
}

/** Characters of a refusal's message, and of all that the process says. */
export const MAX_MESSAGE = 1_000;
export const MAX_REPORT = 1_048_576;

/** Returns the refusals that a line reports; `undefined` when it reports none that is possible. */
export function readRefusals(line: string, to: readonly string[]): readonly Refusal[] | undefined {
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!Array.isArray(said) || said.length > to.length) return undefined;
  const refusals = said.map((one) => readRefusal(one, to));
  return refusals.every((one) => one !== undefined) ? refusals : undefined;
}

function readRefusal(said: unknown, to: readonly string[]): Refusal | undefined {
  if (typeof said !== "object" || said === null) return undefined;
  const { address, message, permanent } = said as Readonly<Record<string, unknown>>;
  if (typeof address !== "string" || !to.includes(address)) return undefined;
  if (typeof message !== "string" || message.length > MAX_MESSAGE || typeof permanent !== "boolean") return undefined;
  return { address, message: message.replace(/\s+/g, " "), permanent };
}
