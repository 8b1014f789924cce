import "../../checkers/first_round.ts";
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { parseIp } from "../../../src/model/address.ts";
import type { ByteStream } from "../../../src/wire/transport/byte_stream.ts";
import { encodeHeaders, type HeaderField } from "../../../src/wire/http2/hpack.ts";
import { encodeFrame, encodeSettings, Flag, FrameType } from "../../../src/wire/http2/frame.ts";
import { exchangeHttp2 } from "../../../src/wire/http2/exchange.ts";
import { ProtocolError } from "../../../src/wire/transport/protocol_error.ts";
import { connectTcp } from "../../../src/wire/transport/tcp.ts";

const REQUEST: readonly HeaderField[] = [
  [":method", "POST"],
  [":scheme", "http"],
  [":path", "/"],
  [":authority", "test"],
];
const NOTHING = new Uint8Array(0);

function frame(type: number, flags: number, stream: number, payload: Uint8Array<ArrayBuffer> = NOTHING) {
  return encodeFrame({ type, flags, stream, payload });
}

function text(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

const SETTINGS = frame(FrameType.SETTINGS, 0, 0, encodeSettings([[3, 100]]));
const OK = encodeHeaders([[":status", "200"], ["x-a", "1"]]);
const TRAILERS = encodeHeaders([["grpc-status", "0"]]);
const HEADERS = frame(FrameType.HEADERS, Flag.END_HEADERS, 1, OK);
const ENDING = frame(FrameType.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, 1, TRAILERS);
const LAST_DATA = frame(FrameType.DATA, Flag.END_STREAM, 1, text("hello"));

function goAway(last: number, error: number, more = ""): Uint8Array<ArrayBuffer> {
  return frame(FrameType.GOAWAY, 0, 0, Uint8Array.of(0, 0, 0, last, 0, 0, 0, error, ...text(more)));
}

/** A server that says all this in pieces of so many bytes, whatever it hears. */
class Recording implements ByteStream {
  readonly written: Uint8Array[] = [];
  readonly #said: Uint8Array<ArrayBuffer>;
  readonly #piece: number;
  #at = 0;

  constructor(frames: readonly Uint8Array[], piece: number) {
    this.#said = Uint8Array.from(frames.flatMap((frame) => [...frame]));
    this.#piece = piece;
  }

  read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const piece = this.#said.slice(this.#at, this.#at += this.#piece);
    return Promise.resolve(piece.length > 0 ? piece : undefined);
  }

  write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.written.push(bytes);
    return Promise.resolve();
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {}
}

async function told(frames: readonly Uint8Array[], piece = 100_000): Promise<string> {
  const { headers, body, trailers } = await exchangeHttp2(new Recording(frames, piece), REQUEST, text("ask"));
  return [headers.get(":status"), new TextDecoder().decode(body), trailers.get("grpc-status")].join(" ");
}

const REPLIES: readonly { name: string; frames: readonly Uint8Array[]; reply: string }[] = [
  {
    name: "header, body and trailers",
    frames: [SETTINGS, HEADERS, frame(0, 0, 1, text("hello")), ENDING],
    reply: "200 hello 0",
  },
  { name: "a header alone", frames: [SETTINGS, frame(FrameType.HEADERS, 5, 1, OK)], reply: "200  " },
  { name: "a body without trailers", frames: [SETTINGS, HEADERS, LAST_DATA], reply: "200 hello " },
  {
    name: "a header in three frames",
    frames: [
      SETTINGS,
      frame(FrameType.HEADERS, Flag.END_STREAM, 1, OK.slice(0, 3)),
      frame(FrameType.CONTINUATION, 0, 1, OK.slice(3, 4)),
      frame(FrameType.CONTINUATION, Flag.END_HEADERS, 1, OK.slice(4)),
    ],
    reply: "200  ",
  },
  {
    name: "an interim reply first",
    frames: [
      SETTINGS,
      frame(FrameType.HEADERS, Flag.END_HEADERS, 1, encodeHeaders([[":status", "103"]])),
      HEADERS,
      LAST_DATA,
    ],
    reply: "200 hello ",
  },
  {
    name: "padding and a priority",
    frames: [
      SETTINGS,
      frame(FrameType.HEADERS, 0x2c, 1, Uint8Array.of(2, 0, 0, 0, 0, 9, ...OK, 0, 0)),
      frame(FrameType.DATA, 9, 1, Uint8Array.of(3, ...text("hello"), 0, 0, 0)),
    ],
    reply: "200 hello ",
  },
  {
    name: "frames that do not matter to us",
    frames: [
      SETTINGS,
      frame(8, 0, 0, Uint8Array.of(0, 0, 1, 0)),
      frame(0xbe, 0, 1),
      frame(2, 0, 3),
      HEADERS,
      LAST_DATA,
    ],
    reply: "200 hello ",
  },
  {
    name: "a server that goes away after it",
    frames: [SETTINGS, goAway(1, 0), HEADERS, LAST_DATA],
    reply: "200 hello ",
  },
];

for (const { name, frames, reply } of REPLIES) {
  for (const piece of [1, 7, 100_000]) {
    Deno.test({
      name: `HTTP/2: ${name}, in pieces of ${piece}`,
      permissions: "none",
      fn: async () => strictEqual(await told(frames, piece), reply),
    });
  }
}

const BODY = frame(FrameType.DATA, 0, 1, new Uint8Array(16_000));

const REFUSED: readonly { name: string; frames: readonly Uint8Array[]; because: RegExp }[] = [
  { name: "no settings at first", frames: [HEADERS, LAST_DATA], because: /^not HTTP\/2/ },
  { name: "HTTP/1.1", frames: [text("HTTP/1.1 400 Bad Request\r\n\r\n")], because: /^not HTTP\/2/ },
  { name: "an end within the reply", frames: [SETTINGS, HEADERS], because: /closed the connection/ },
  {
    name: "a connection that it ends",
    frames: [SETTINGS, goAway(0, 11, "too many pings")],
    because: /^the server ended the connection: ENHANCE_YOUR_CALM: too many pings$/,
  },
  { name: "a connection that it ends before us", frames: [SETTINGS, goAway(0, 0)], because: /NO_ERROR$/ },
  {
    name: "a request that it breaks off",
    frames: [SETTINGS, HEADERS, frame(FrameType.RST_STREAM, 0, 1, Uint8Array.of(0, 0, 0, 7))],
    because: /^the server broke the request off: REFUSED_STREAM$/,
  },
  { name: "an error without its number", frames: [SETTINGS, frame(FrameType.RST_STREAM, 0, 1)], because: /too early/ },
  { name: "a promise", frames: [SETTINGS, frame(FrameType.PUSH_PROMISE, 4, 1)], because: /promises/ },
  { name: "a body of nothing", frames: [SETTINGS, LAST_DATA], because: /before its header/ },
  { name: "a reply without a request", frames: [SETTINGS, frame(FrameType.DATA, 0, 0)], because: /no request/ },
  {
    name: "a header that another frame interrupts",
    frames: [SETTINGS, frame(FrameType.HEADERS, 0, 1, OK), SETTINGS],
    because: /broke a header off/,
  },
  {
    name: "a header's rest alone",
    frames: [SETTINGS, frame(FrameType.CONTINUATION, 4, 1, OK)],
    because: /broke a header/,
  },
  {
    name: "padding that is more than all",
    frames: [SETTINGS, HEADERS, frame(FrameType.DATA, 8, 1, Uint8Array.of(9, 0))],
    because: /padding/,
  },
  { name: "padding without its length", frames: [SETTINGS, HEADERS, frame(FrameType.DATA, 8, 1)], because: /padding/ },
  {
    name: "more of a body than we allow",
    frames: [SETTINGS, HEADERS, BODY, BODY, BODY, BODY, BODY],
    because: /more than it was allowed to/,
  },
  {
    name: "a header of 80 KB",
    frames: [
      SETTINGS,
      frame(FrameType.HEADERS, 0, 1, new Uint8Array(16_000)),
      ...Array<Uint8Array>(4).fill(frame(FrameType.CONTINUATION, 0, 1, new Uint8Array(16_000))),
    ],
    because: /header has more than 65536 bytes/,
  },
  { name: "frames without an end", frames: Array<Uint8Array>(300).fill(SETTINGS), because: /sent 256 frames/ },
  {
    name: "a frame that is too long",
    frames: [SETTINGS, Uint8Array.of(0, 0x40, 1, 0, 0, 0, 0, 0, 1)],
    because: /16385 bytes/,
  },
];

for (const { name, frames, because } of REFUSED) {
  Deno.test({
    name: `HTTP/2: ${name} is refused`,
    permissions: "none",
    fn: async () => {
      await rejects(told(frames), (error: Error) => error instanceof ProtocolError && because.test(error.message));
    },
  });
}

Deno.test({
  name: "HTTP/2: settings and pings are answered",
  permissions: "none",
  fn: async () => {
    const payload = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const stream = new Recording([SETTINGS, frame(FrameType.PING, 0, 0, payload), HEADERS, LAST_DATA], 100);
    await exchangeHttp2(stream, REQUEST, NOTHING);
    deepStrictEqual(stream.written.slice(1), [
      frame(FrameType.SETTINGS, Flag.ACK, 0),
      frame(FrameType.PING, Flag.ACK, 0, payload),
    ]);
  },
});

// Node's server leaves a timer behind.
const leaky = { sanitizeOps: false, sanitizeResources: false };

Deno.test("HTTP/2: another implementation, with a header in Huffman's code", leaky, async () => {
  const every = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join("");
  const server = createServer();
  server.on("stream", (stream: ServerHttp2Stream, headers) => {
    stream.respond({ ":status": 200, "x-every": every, "x-method": headers[":method"] });
    stream.end("hello");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const ending = new AbortController();
  try {
    const { port } = server.address() as AddressInfo;
    const stream = await connectTcp(parseIp("127.0.0.1")!, port, ending.signal);
    const { headers, body } = await exchangeHttp2(stream, REQUEST, text("ask"));
    deepStrictEqual([headers.get("x-every"), headers.get("x-method")], [every, "POST"]);
    strictEqual(new TextDecoder().decode(body), "hello");
    stream.close();
  } finally {
    ending.abort();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
});
