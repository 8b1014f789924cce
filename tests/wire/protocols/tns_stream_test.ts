import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { ByteStream } from "../../../src/wire/transport/byte_stream.ts";
import { tnsStream } from "../../../src/wire/protocols/tns_stream.ts";

/** A stream that brings these bytes, one by one. */
function streamOf(hex: string): ByteStream {
  const pieces = [...Uint8Array.fromHex(hex.replace(/\s/g, ""))].map((byte) => Uint8Array.of(byte));
  return {
    read: () => Promise.resolve(pieces.shift()),
    write: () => Promise.resolve(),
    closeWrite: () => Promise.resolve(),
    close: () => {},
  };
}

const REFUSE = "000c 0000 04 00 0000 2200 0000";
/** Version 315: what follows has long lengths. */
const ACCEPT = "000a 0000 02 00 0000 013b";
const LONG_DATA = "0000000a 06 00 0000 0000";

Deno.test("TNS packets come one by one, with short lengths and, after an ACCEPT, with long ones", async () => {
  const stream = tnsStream(streamOf(`${REFUSE} ${ACCEPT} ${LONG_DATA}`));
  const kinds: number[] = [];
  for (let packet = await stream.read(); packet; packet = await stream.read()) kinds.push(packet[4]);
  deepStrictEqual(kinds, [4, 2, 6]);
});

Deno.test("TNS: an old server's ACCEPT changes nothing", async () => {
  const stream = tnsStream(streamOf(`000a 0000 02 00 0000 0139 ${REFUSE}`));
  await stream.read();
  strictEqual((await stream.read())?.length, 12);
});

const REFUSED: readonly [name: string, hex: string, message: string][] = [
  ["a length of zero", "0000 0000 06 00 0000", "not a TNS packet"],
  ["a length less than the header's", "0007 0000 06 00 0000", "not a TNS packet"],
  ["an unknown type", "0008 0000 14 00 0000", "not a TNS packet"],
  ["a piece of a header", "0008 00", "not a TNS packet"],
  ["a cut packet", "0010 0000 06 00 0000 00", "the server closed the connection within a packet"],
  ["a deflated packet", `${ACCEPT} 0000000c 06 00 0000 0400 0000`, "a deflated packet, unasked for"],
  ["a huge packet", `${ACCEPT} 7fffffff 06 00 0000`, "the server sent a packet of more than 2097152 bytes"],
  ["a redirection", "0008 0000 05 00 0000", "the listener sends us to another address"],
  ["requests to resend", "0008 0000 0b 00 0000".repeat(5), "the listener asks for the same again and again"],
];

for (const [name, hex, message] of REFUSED) {
  Deno.test(`TNS: ${name} is refused`, async () => {
    const stream = tnsStream(streamOf(hex));
    await rejects(async () => {
      while (await stream.read());
    }, { name: "ProtocolError", message });
  });
}
