import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import { ByteReader } from "../../../src/wire/transport/byte_reader.ts";
import {
  decodeLdapReply,
  encodeBaseSearch,
  encodeBind,
  encodeUnbind,
  ldapResult,
  readLdapReply,
} from "../../../src/wire/protocols/ldap_message.ts";

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hex.replace(/\s/g, ""));
}

Deno.test("an anonymous bind", () => {
  deepStrictEqual(encodeBind(1, "", ""), bytes("300c 020101 6007 020103 0400 8000"));
});

Deno.test("a simple bind", () => {
  deepStrictEqual(encodeBind(1, "cn=x", "pw"), bytes("3012 020101 600d 020103 0404 636e3d78 8002 7077"));
});

Deno.test("a base search for an entry's name", () => {
  deepStrictEqual(
    encodeBaseSearch(2, "o=x"),
    bytes(
      "302d 020102 6328 0403 6f3d78 0a0100 0a0102 020100 020100 010100 870b 6f626a656374436c617373 3005 0403 312e31",
    ),
  );
});

Deno.test("an unbind", () => {
  deepStrictEqual(encodeUnbind(3), bytes("3005 020103 4200"));
});

Deno.test("a bind's answer", () => {
  deepStrictEqual(decodeLdapReply(bytes("300c 020101 6107 0a0131 0400 0400")), {
    kind: "bound",
    id: 1,
    code: 49,
    text: "",
  });
});

Deno.test("an entry, and the end of a search", () => {
  deepStrictEqual(decodeLdapReply(bytes("300c 020102 6407 0403 6f3d78 3000")), { kind: "entry", id: 2, dn: "o=x" });
  deepStrictEqual(decodeLdapReply(bytes("300c 020102 6507 0a0100 0400 0400")), {
    kind: "searched",
    id: 2,
    code: 0,
    text: "",
  });
});

Deno.test("what is none of our concern is passed over, whatever it holds", () => {
  const other = { kind: "other", id: 2 };
  deepStrictEqual(decodeLdapReply(bytes("300f 020102 730a 0408 6c6461703a2f2f78")), other);
  // A reference to nowhere: its text is longer than the message.
  deepStrictEqual(decodeLdapReply(bytes("300f 020102 730a 044c 6c6461703a2f2f78")), other);
  const controls = "a00a 3008 0403 312e32 04ff 00";
  deepStrictEqual(decodeLdapReply(bytes(`3018 020102 6507 0a0100 0400 0400 ${controls}`)), {
    kind: "searched",
    id: 2,
    code: 0,
    text: "",
  });
});

const BROKEN: readonly [name: string, hex: string][] = [
  ["without an operation", "3003 020101"],
  ["of nothing", "3000"],
  ["with a number that is none", "300c 040101 6107 0a0131 0400 0400"],
  ["with a number of nine bytes", "3014 0209010101010101010101 6107 0a0131 0400 0400"],
  ["with a result that has no code", "300a 020101 6105 0400 0400 00"],
  ["with a result that is cut short", "3008 020101 6103 0a0131"],
  ["with an operation that is longer than it", "300c 020101 617f 0a0131 0400 0400"],
  ["with a text that is longer than its result", "300c 020101 6107 0a0131 0400 04ff"],
  ["with a text of no known length", "300c 020101 6107 0a0131 0480 0000"],
  ["with an entry without a name", "3007 020102 6402 3000"],
];

for (const [name, hex] of BROKEN) {
  Deno.test(`an LDAP message ${name} is refused`, () => {
    throws(() => decodeLdapReply(bytes(hex)), {
      name: "ProtocolError",
      message: "the server sent a broken LDAP message",
    });
  });
}

function readerOf(hex: string): ByteReader {
  const pieces = [...bytes(hex)].map((byte) => Uint8Array.of(byte));
  return new ByteReader({ read: () => Promise.resolve(pieces.shift()) });
}

Deno.test("LDAP messages are read one by one, however they are cut", async () => {
  const reader = readerOf("300c 020101 6107 0a0100 0400 0400  30 84 0000000c 020102 6407 0403 6f3d78 3000");
  strictEqual((await readLdapReply(reader)).kind, "bound");
  strictEqual((await readLdapReply(reader)).kind, "entry");
  await rejects(readLdapReply(reader), { message: "the server closed the connection" });
});

const UNREADABLE: readonly [hex: string, message: string][] = [
  ["4854 5450", "not an LDAP message"],
  ["3080 0000", "not an LDAP message"],
  ["3085 0000000000", "not an LDAP message"],
  ["3084 7fffffff", "the server sent a message of more than 1048576 bytes"],
  ["3005 0201", "the server closed the connection"],
];

for (const [hex, message] of UNREADABLE) {
  Deno.test(`LDAP: ${hex} is refused: ${message}`, async () => {
    await rejects(readLdapReply(readerOf(hex)), { name: "ProtocolError", message });
  });
}

Deno.test("LDAP results have names", () => {
  strictEqual(ldapResult({ code: 49, text: "" }), "invalidCredentials");
  strictEqual(ldapResult({ code: 4711, text: "why" }), "result code 4711: why");
});
