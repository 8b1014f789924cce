import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { parseIp } from "../../../src/model/address.ts";
import {
  type AccessRequest,
  accessRequest,
  decodeAccessReply,
  encodeAccessRequest,
} from "../../../src/wire/protocols/radius_packet.ts";
import { UnusableValue } from "../../../src/wire/transport/unusable_value.ts";

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hex.replace(/\s/g, ""));
}

/** RFC 2865, 7.1: "User Telnet to Specified Host". */
const NEMO: AccessRequest = {
  identifier: 0,
  authenticator: bytes("0f403f94 73978057 bd83d5cb 98f4227a"),
  user: "nemo",
  password: "arctangent",
  nasName: "nas",
  nasAddress: parseIp("192.168.1.16")!,
};
const SECRET = "xyzzy5461";
const ACCEPT = "02000026 86fe220e 7624ba2a 1005f6bf 9b55e0b2 06060000 00010f06 00000000 0e06c0a8 0103";

Deno.test("Access-Request: the parts that the example of RFC 2865 has too", () => {
  const hex = encodeAccessRequest(NEMO, SECRET).toHex();
  ok(hex.startsWith("010000490f403f9473978057bd83d5cb98f4227a"), hex);
  for (const part of ["01066e656d6f", "02120dbe708d93d413ce3196e43f782a0aee", "0406c0a80110"]) {
    ok(hex.includes(part), part);
  }
});

Deno.test("Access-Request: the signature stands first and is right", () => {
  const packet = encodeAccessRequest(NEMO, SECRET);
  deepStrictEqual([...packet.subarray(20, 22)], [80, 18]);
  const signature = packet.slice(22, 38);
  packet.fill(0, 22, 38);
  deepStrictEqual(signature, Uint8Array.from(createHmac("md5", SECRET).update(packet).digest()));
});

Deno.test("Access-Request: an IPv6 address, a long password", () => {
  const request = { ...NEMO, nasAddress: parseIp("2001:db8::1")!, password: "x".repeat(17) };
  const hex = encodeAccessRequest(request, SECRET).toHex();
  ok(hex.includes("5f1220010db8000000000000000000000001"), hex);
  strictEqual(/0222([0-9a-f]{64})/.exec(hex)?.[1].length, 64);
  throws(() => encodeAccessRequest({ ...NEMO, password: "x".repeat(129) }, SECRET), UnusableValue);
  throws(() => encodeAccessRequest({ ...NEMO, user: "x".repeat(254) }, SECRET), UnusableValue);
});

Deno.test("no two requests have the same authenticator", () => {
  notDeepStrictEqual(accessRequest(NEMO).authenticator, accessRequest(NEMO).authenticator);
});

Deno.test("Access-Accept: the example of RFC 2865", () => {
  deepStrictEqual(decodeAccessReply(bytes(ACCEPT), NEMO, SECRET), { kind: "Access-Accept", message: "" });
  deepStrictEqual(decodeAccessReply(bytes(`${ACCEPT} 0000`), NEMO, SECRET), { kind: "Access-Accept", message: "" });
});

/** A reply that a server with `secret` signs as RFC 2865, 3 says. */
function reply(code: number, attributes: string, secret = SECRET): Uint8Array {
  const packet = bytes(`${code.toString(16).padStart(2, "0")} 00 0000 ${NEMO.authenticator.toHex()} ${attributes}`);
  packet[3] = packet.length;
  packet.set(createHash("md5").update(packet).update(secret).digest(), 4);
  return packet;
}

const REPLIES: readonly { name: string; packet: Uint8Array; reply: unknown }[] = [
  { name: "another secret", packet: reply(2, "", "other"), reply: "unsigned" },
  { name: "a byte changed on the way", packet: bytes(ACCEPT).with(37, 4), reply: "unsigned" },
  { name: "an Access-Accept made of the Access-Reject", packet: reply(3, "").with(0, 2), reply: "unsigned" },
  { name: "a wrong Message-Authenticator", packet: reply(2, `5012 ${"00".repeat(16)}`), reply: "unsigned" },
  { name: "a short Message-Authenticator", packet: reply(2, "5003 00"), reply: "unsigned" },
  { name: "another identifier", packet: bytes(ACCEPT).with(1, 1), reply: undefined },
  { name: "another kind of packet", packet: reply(4, ""), reply: undefined },
  { name: "a cut packet", packet: bytes(ACCEPT).slice(0, 30), reply: undefined },
  { name: "a piece of a header", packet: bytes("0200"), reply: undefined },
  { name: "words", packet: reply(3, "1204 6e6f 1203 21"), reply: { kind: "Access-Reject", message: "no!" } },
  { name: "a challenge", packet: reply(11, ""), reply: { kind: "Access-Challenge", message: "" } },
];

for (const row of REPLIES) {
  Deno.test(`RADIUS reply: ${row.name}`, () => {
    deepStrictEqual(decodeAccessReply(row.packet, NEMO, SECRET), row.reply);
  });
}

Deno.test("RADIUS reply: broken attributes are refused, although they are signed", () => {
  for (const attributes of ["12", "1200", "1201", "12ff00"]) {
    throws(() => decodeAccessReply(reply(2, attributes), NEMO, SECRET), { name: "ProtocolError" });
  }
});
