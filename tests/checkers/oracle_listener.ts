/**
 * Listeners that speak as much TNS as comes before a login.
 */

import { Secret } from "../../src/model/secret.ts";
import type { Client, Manners } from "./peers.ts";

/** The password of every login. */
export const PASSWORD = "s3cret-of-joe";

/** A check of a database, but for the listener's address. */
export const ASKED = {
  service: "oracle",
  login: "joe",
  passwd: new Secret(PASSWORD),
  database: "shop",
  request: "SELECT 1 FROM dual",
} as const;

/** A packet, by the number of its type. */
export function packet(type: number, body: string): string {
  const length = 8 + body.length;
  return String.fromCharCode(length >> 8, length & 0xff, 0, 0, type, 0, 0, 0) + body;
}

/** As a listener refuses: user and system reason, the length of the text, the text. */
export function refusal(code: number): string {
  const text = `(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=${code})(ERROR_STACK=(ERROR=(CODE=${code})(EMFI=4))))`;
  return packet(4, `\x22\0${String.fromCharCode(text.length >> 8, text.length & 0xff)}${text}`);
}

/** Answers our first packet, and keeps the connection open. */
export function answers(reply: string): Manners {
  return async (client) => {
    await client.hearUntil("))");
    await client.say(reply);
    await client.gone();
  };
}

/** ACCEPT, version 315: what a server says before the login. */
export const ACCEPT = packet(2, "\x01\x3b\0\0\x20\0\x20\0\0\0\0\0\0\x20\x41\x41".padEnd(41, "\0"));

/** A server of version 313, which has nothing to say of encryption either. */
export async function tooOld(client: Client): Promise<void> {
  await client.hearUntil("))");
  await client.say(packet(2, "\x01\x39\0\0\x20\0\x7f\xff\x01\0\0\x20\0\x20\x41".padEnd(24, "\0")));
  await client.hear();
  await client.say(packet(6, "\0\0\xde\xad\xbe\xef\0\x10".padEnd(24, "\0")));
  await client.gone();
}
