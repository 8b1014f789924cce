import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { ByteBuffer } from "../../../src/wire/transport/byte_buffer.ts";
import { ByteReader } from "../../../src/wire/transport/byte_reader.ts";
import { decodeLatin1, encodeLatin1 } from "../../../src/wire/transport/latin1.ts";
import { ProtocolError } from "../../../src/wire/transport/protocol_error.ts";

function readerOf(...pieces: string[]): ByteReader {
  return new ByteReader({
    read() {
      const piece = pieces.shift();
      return Promise.resolve(piece === undefined ? undefined : encodeLatin1(piece));
    },
  });
}

const LINES: readonly { pieces: string[]; lines: (string | undefined)[] }[] = [
  { pieces: ["a\r\nb\nc"], lines: ["a", "b", undefined] },
  { pieces: ["a\r", "\n", "\r\n", "b\n"], lines: ["a", "", "b", undefined] },
  { pieces: ["a\rb\r\r\n"], lines: ["a\rb\r", undefined] },
  { pieces: [], lines: [undefined] },
];

for (const row of LINES) {
  Deno.test(`the lines of ${JSON.stringify(row.pieces)}`, async () => {
    const reader = readerOf(...row.pieces);
    for (const line of row.lines) strictEqual(await reader.line(100), line);
  });
}

Deno.test("a line of the limit's length is read, a longer one refused, complete or not", async () => {
  strictEqual(await readerOf("abcd\n").line(4), "abcd");
  await rejects(readerOf("abcde\n").line(4), ProtocolError);
  await rejects(readerOf("ab", "cde").line(4), ProtocolError);
});

Deno.test("bytes after a line are not lost", async () => {
  const reader = readerOf("head\nbo", "dy and more");
  await reader.line(100);
  const body = new ByteBuffer();
  deepStrictEqual([await reader.fill(body, 4), decodeLatin1(body.bytes())], [4, "body"]);
  deepStrictEqual([await reader.fill(body, 100), decodeLatin1(body.bytes())], [9, "body and more"]);
});

Deno.test("every byte is one character, and back", () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => i & 0xff);
  deepStrictEqual(encodeLatin1(decodeLatin1(bytes)), bytes);
});
