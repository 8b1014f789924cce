/**
 * A server that speaks MySQL's protocol as far as one query, for answers that no MariaDB gives.
 */

import type { Manners } from "./peers.ts";

/** `PROTOCOL_41` and what else has a login of today, without encryption and compression. */
const CAPABILITIES = "\x09\xa2";
const PLUGIN_AUTH = "\x08\0";
const NATIVE = "mysql_native_password\0";
const GREETING = `\n8.0.36\0\x01\0\0\0${"a".repeat(8)}\0${CAPABILITIES}\x21\x02\0${PLUGIN_AUTH}\x15${"\0".repeat(10)}` +
  `${"b".repeat(12)}\0${NATIVE}`;
const OK = "\0\0\0\x02\0\0\0";
const EOF = "\xfe\0\0\x02\0";

/** Takes any login, and answers the query with these packets. */
export function answersQuery(...packets: readonly string[]): Manners {
  return async (client) => {
    await client.say(packet(0, GREETING));
    await client.hear();
    await client.say(packet(2, OK));
    await client.hear();
    await client.say(packets.map((each, i) => packet(i + 1, each)).join(""));
    await client.gone();
  };
}

/** Wants the login once more, in another way. */
export function switchesTo(plugin: string): Manners {
  return async (client) => {
    await client.say(packet(0, GREETING));
    await client.hear();
    await client.say(packet(2, `\xfe${plugin}\0`));
    await client.gone();
  };
}

/** One row of one column: its type as a number, its text as bytes. */
export function oneRow(type: number, value: string): readonly string[] {
  const column = `\x03def\0\0\0\x01j\0\x0c\x3f\0\xff\xff\xff\xff${String.fromCharCode(type)}\0\0\0\0\0`;
  return ["\x01", column, EOF, String.fromCharCode(value.length) + value, EOF];
}

function packet(sequence: number, payload: string): string {
  return String.fromCharCode(payload.length & 0xff, payload.length >> 8, 0, sequence) + payload;
}
