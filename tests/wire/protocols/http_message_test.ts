import { deepStrictEqual, ok, rejects } from "node:assert/strict";
import type { ByteStream } from "../../../src/wire/transport/byte_stream.ts";
import { MAX_BODY, readReply } from "../../../src/wire/protocols/http_message.ts";
import { encodeLatin1 } from "../../../src/wire/transport/latin1.ts";
import { ProtocolError } from "../../../src/wire/transport/protocol_error.ts";

/** Hands out a text in pieces of these lengths, over and over; then the stream ends. */
function inPieces(text: string, lengths: readonly number[]): Pick<ByteStream, "read"> {
  const bytes = encodeLatin1(text);
  let offset = 0;
  let turn = 0;
  return {
    read() {
      const piece = bytes.slice(offset, offset + lengths[turn++ % lengths.length]);
      offset += piece.length;
      return Promise.resolve(piece.length > 0 ? piece : undefined);
    },
  };
}

const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nX-A: 1\r\nx-a: 2\r\n\r\n" +
  '5\r\nTest \r\n4 ; name="value"\r\nPage\r\n0\r\nTrailer: x\r\n\r\n';
const COUNTED = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nTest Page and more";
const TO_THE_END = "HTTP/1.0 200 OK\nServer: old\n\nTest Page";

const WHOLE = [
  {
    text: CHUNKED,
    reply: { status: 200, reason: "OK", body: "Test Page" },
    headers: { "transfer-encoding": "gzip, chunked", "x-a": "1, 2", "trailer": undefined },
  },
  {
    text: COUNTED,
    reply: { status: 404, reason: "Not Found", body: "Test Page" },
    headers: { "content-length": "9", "content": undefined },
  },
  { text: TO_THE_END, reply: { status: 200, reason: "OK", body: "Test Page" }, headers: { server: "old" } },
  {
    text: "HTTP/1.1 204 No Content\r\n lost\r\nnone\r\nX-A : 1\r\n\tmore \r\nX-B:2\r\nx-a:3\r\n  still\r\n\r\n",
    reply: { status: 204, reason: "No Content", body: "" },
    headers: { "x-a": "1 more, 3 still", "x-b": "2", "none": undefined },
  },
];

for (const { text, reply, headers } of WHOLE) {
  for (const lengths of [[1], [2], [3, 1], [7], [1000]]) {
    Deno.test(`readReply() of ${JSON.stringify(text.slice(0, 24))}… in pieces of ${lengths}`, async () => {
      const { headers: read, ...rest } = await readReply(inPieces(text, lengths), "GET");
      deepStrictEqual(rest, reply);
      for (const [name, value] of Object.entries(headers)) deepStrictEqual(read.get(name), value, name);
    });
  }
}

Deno.test("readReply() never takes a reply that was cut for a whole one", async () => {
  for (
    const text of [CHUNKED.slice(0, CHUNKED.indexOf("0\r\nTrailer") + 2), COUNTED.slice(0, -" and more".length - 1)]
  ) {
    for (let length = 0; length < text.length; length++) {
      await rejects(readReply(inPieces(text.slice(0, length), [1000]), "GET"), ProtocolError, text.slice(0, length));
    }
  }
});

/** mulberry32: the same bytes in every run. */
function randomness(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const SEEDS = [
  CHUNKED,
  COUNTED,
  TO_THE_END,
  "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Wed, 20 Nov 2024 06:40:39 GMT\r\nContent-Type: text/html\r\n" +
  'Content-Length: 3\r\nConnection: close\r\nETag: "x"\r\nAccept-Ranges: bytes\r\n\r\nok\n',
];
const SPLICES = [
  "\r\n",
  "\n",
  "\0",
  " ",
  ":",
  "HTTP/1.1 200 OK\r\n",
  "Content-Length: 99999999999\r\n",
  "ffffffff\r\n",
  "0\r\n",
];

/** Some text that has been damaged, or was never sound. */
function damaged(below: (limit: number) => number): string {
  if (below(8) === 0) return Array.from({ length: below(600) }, () => String.fromCharCode(below(256))).join("");
  let text = SEEDS[below(SEEDS.length)];
  for (let blows = 1 + below(6); blows > 0; blows--) {
    const at = below(text.length + 1);
    const replacement = [
      String.fromCharCode(below(256)),
      SPLICES[below(SPLICES.length)],
      "",
      text.slice(at, at + below(80)),
    ];
    text = text.slice(0, at) + replacement[below(4)] + text.slice(at + below(12));
  }
  return text;
}

Deno.test("readReply() makes a bounded reply or a ProtocolError of anything", async () => {
  for (let seed = 1; seed <= 20_000; seed++) {
    const below = randomness(seed);
    const text = damaged(below);
    const stream = inPieces(text, [1 + below(40), 1 + below(4)]);
    try {
      const reply = await readReply(stream, below(5) === 0 ? "HEAD" : "GET");
      ok(reply.status >= 200 && reply.status <= 999 && reply.body.length <= MAX_BODY, `seed ${seed}`);
    } catch (error) {
      ok(error instanceof ProtocolError, `seed ${seed}: ${error}`);
      ok(error.message.length < 200, `seed ${seed}: ${error.message}`);
    }
  }
});

Deno.test("readReply() stops reading after the first MiB of a body, however it is framed", async () => {
  const block = "x".repeat(65_536);
  const framings = [
    { head: "HTTP/1.1 200 OK\r\n\r\n", block },
    { head: "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", block },
    { head: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", block: `10000\r\n${block}\r\n` },
  ];
  for (const framing of framings) {
    let blocks = 0;
    const endless = {
      read() {
        return Promise.resolve(encodeLatin1(blocks++ === 0 ? framing.head : framing.block));
      },
    };
    const { body } = await readReply(endless, "GET");
    ok(body.length === MAX_BODY && blocks <= 2 + MAX_BODY / block.length, framing.head);
  }
});
