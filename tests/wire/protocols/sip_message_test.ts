import { deepStrictEqual, notStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { ByteReader } from "../../../src/wire/transport/byte_reader.ts";
import { encodeLatin1 } from "../../../src/wire/transport/latin1.ts";
import {
  decodeSipReply,
  encodeOptions,
  optionsRequest,
  readSipReply,
} from "../../../src/wire/protocols/sip_message.ts";

Deno.test("OPTIONS, as it goes out", () => {
  const request = {
    party: "joe@example.org",
    transport: "UDP",
    sentBy: "[2001:db8::1]:40000",
    branch: "abc",
    tag: "def",
    callId: "ghi@x",
  } as const;
  deepStrictEqual(new TextDecoder().decode(encodeOptions(request)).split("\r\n"), [
    "OPTIONS sip:joe@example.org SIP/2.0",
    "Via: SIP/2.0/UDP [2001:db8::1]:40000;branch=z9hG4bKabc;rport",
    "Max-Forwards: 70",
    "To: <sip:joe@example.org>",
    "From: <sip:joe@example.org>;tag=def",
    "Call-ID: ghi@x",
    "CSeq: 1 OPTIONS",
    "Contact: <sip:[2001:db8::1]:40000;transport=udp>",
    "Accept: application/sdp",
    "User-Agent: ldirectord",
    "Content-Length: 0",
    "",
    "",
  ]);
});

Deno.test("no two OPTIONS requests have the same identifiers", () => {
  const [a, b] = [optionsRequest("joe@x", "UDP", "192.0.2.1"), optionsRequest("joe@x", "UDP", "192.0.2.1")];
  notStrictEqual(a.branch, b.branch);
  notStrictEqual(a.tag, b.tag);
  notStrictEqual(a.callId, b.callId);
});

/** RFC 3261, 11.2, as it stands there. */
const RFC_REPLY = `SIP/2.0 200 OK
Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKhjhs8ass877
 ;received=192.0.2.4
To: <sip:carol@chicago.com>;tag=93810874
From: Alice <sip:alice@atlanta.com>;tag=1928301774
Call-ID: a84b4c76e66710
CSeq: 63104 OPTIONS
Contact: <sip:carol@chicago.com>
Contact: <mailto:carol@chicago.com>
Allow: INVITE, ACK, CANCEL, OPTIONS, BYE
Accept: application/sdp
Accept-Encoding: gzip
Accept-Language: en
Supported: foo
Content-Type: application/sdp
Content-Length: 4

v=0
`;

const REPLIES: readonly { name: string; message: string; reply: unknown }[] = [
  {
    name: "the example of the RFC",
    message: RFC_REPLY,
    reply: { status: 200, reason: "OK", callId: "a84b4c76e66710" },
  },
  {
    name: "short header names, other case",
    message: "SIP/2.0 404 Not Found\nI : x@y \nL: 0\n\n",
    reply: { status: 404, reason: "Not Found", callId: "x@y" },
  },
  { name: "no reason", message: "SIP/2.0 200\ni: x\n\n", reply: { status: 200, reason: "", callId: "x" } },
  {
    name: "a Call-ID in the body",
    message: "SIP/2.0 200 OK\n\nCall-ID: x\n",
    reply: { status: 200, reason: "OK", callId: "" },
  },
  { name: "a request", message: "OPTIONS sip:x SIP/2.0\nCall-ID: x\n\n", reply: undefined },
  { name: "no SIP", message: "HTTP/1.1 200 OK\n\n", reply: undefined },
];

for (const row of REPLIES) {
  Deno.test(`SIP reply in a datagram: ${row.name}`, () => {
    deepStrictEqual(decodeSipReply(row.message.replaceAll("\n", "\r\n")), row.reply);
  });
}

function readerOf(text: string): ByteReader {
  const pieces = [encodeLatin1(text.replaceAll("\n", "\r\n"))];
  return new ByteReader({ read: () => Promise.resolve(pieces.shift()) });
}

Deno.test("SIP messages on a connection are separated by their length", async () => {
  const reader = readerOf(`\n\nOPTIONS sip:x SIP/2.0\nl: 0\n\n${RFC_REPLY}SIP/2.0 404 No\n\n`);
  strictEqual(await readSipReply(reader), undefined);
  strictEqual((await readSipReply(reader))?.status, 200);
  await rejects(readSipReply(readerOf("\n")), { message: "the server closed the connection" });
});

const UNREADABLE: readonly [name: string, text: string, message: string][] = [
  ["no SIP", "HTTP/1.1 400 Bad Request\n\n", "not a SIP message: HTTP/1.1 400 Bad Request\n"],
  ["a cut body", "SIP/2.0 200 OK\nl: 10\n\nabc", "the server closed the connection within a message"],
  ["a huge body", "SIP/2.0 200 OK\nl: 999999\n\n", "the server sent a body of more than 65536 bytes"],
  ["a huge header", `SIP/2.0 200 OK\n${"a: b\n".repeat(20_000)}`, "the server sent a header of more than 65536 bytes"],
];

for (const [name, text, message] of UNREADABLE) {
  Deno.test(`SIP on a connection: ${name} is refused`, async () => {
    await rejects(readSipReply(readerOf(text)), { name: "ProtocolError", message });
  });
}

Deno.test("sip: a header of nothing but blanks is read like any other", () => {
  // In time that does not grow with its square: as an expression this took ten seconds.
  const head = `SIP/2.0 200 OK\r\ni: a${" ".repeat(65_000)}b\r\n\r\n`;
  strictEqual(decodeSipReply(head)?.callId.length, 65_002);
});
