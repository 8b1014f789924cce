import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  decodeEchoReply,
  encodeEchoReply,
  encodeEchoRequest,
  internetChecksum,
  withoutIpv4Header,
} from "../../../src/wire/transport/icmp_packet.ts";

const echo = { id: 0x1234, sequence: 7, payload: Uint8Array.of(1, 2, 3) };

for (const family of [4, 6] as const) {
  Deno.test(`an IPv${family} echo reply survives encoding and decoding`, () => {
    deepStrictEqual(decodeEchoReply(family, encodeEchoReply(family, echo)), echo);
  });

  Deno.test(`an IPv${family} echo request is no reply`, () => {
    strictEqual(decodeEchoReply(family, encodeEchoRequest(family, echo)), undefined);
  });
}

/** `ping -c 1 -s 24 -p 6162 127.0.0.1`: its reply as a raw socket gave it, IPv4 header first. */
const CAPTURED = Uint8Array.from(
  "45000034fb3a00004001818c7f0000017f000001000043a975a300010af9ff6a00000000b4c40200000000006162616261626162"
    .match(/../g)!,
  (hex) => parseInt(hex, 16),
);

Deno.test("a captured IPv4 echo reply", () => {
  const reply = decodeEchoReply(4, withoutIpv4Header(CAPTURED))!;
  deepStrictEqual([reply.id, reply.sequence], [0x75a3, 1]);
  deepStrictEqual(reply.payload.subarray(16), new TextEncoder().encode("abababab"));
});

Deno.test("an IPv4 echo reply with a wrong checksum is damaged", () => {
  const damaged = encodeEchoReply(4, echo);
  damaged[9] ^= 1;
  strictEqual(decodeEchoReply(4, damaged), undefined);
});

Deno.test("messages that are cut or of other types are no replies", () => {
  const whole = encodeEchoReply(4, echo);
  for (let length = 0; length < 8; length++) strictEqual(decodeEchoReply(4, whole.subarray(0, length)), undefined);
  for (let type = 1; type < 256; type++) {
    strictEqual(decodeEchoReply(4, Uint8Array.of(type, ...whole.subarray(1))), undefined);
  }
});

Deno.test("RFC 1071's example of a checksum", () => {
  strictEqual(internetChecksum(Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7)), ~0xddf2 & 0xffff);
});
