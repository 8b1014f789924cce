/**
 * One request and its reply over HTTP/2, on a connection of its own (RFC 9113), the server known to speak it: without
 * the upgrade of HTTP/1.1.
 */

import { ByteBuffer } from "../transport/byte_buffer.ts";
import { ByteReader } from "../transport/byte_reader.ts";
import type { ByteStream } from "../transport/byte_stream.ts";
import { decodeHeaders, encodeHeaders, type HeaderField } from "./hpack.ts";
import {
  contentOf,
  encodeFrame,
  encodeSettings,
  errorIn,
  Flag,
  type Frame,
  FrameType,
  MAX_PAYLOAD,
  readFrame,
  Setting,
} from "./frame.ts";
import { decodeLatin1, encodeLatin1 } from "../transport/latin1.ts";
import { ProtocolError } from "../transport/protocol_error.ts";
import { UnusableValue } from "../transport/unusable_value.ts";

/** RFC 9113, 3.4: what a client says first. */
const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** The stream of a client's first request. */
const STREAM = 1;

/** Frames that a server may send in all. */
const MAX_FRAMES = 256;
/** Bytes of all headers, the interim ones included, in all their frames. */
const MAX_HEADER = 64 * 1024;
/** Bytes of a body that a server may send as long as we allow no more, which we never do (RFC 9113, 6.9.2). */
const WINDOW = 65_535;

/** A reply; of a field that comes twice the first one counts. */
export interface Http2Reply {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array<ArrayBuffer>;
  /** The fields behind the body. */
  readonly trailers: ReadonlyMap<string, string>;
}

/**
 * Sends a request of at most {@link MAX_PAYLOAD} bytes of header and of body, and reads the reply to its end. Throws
 * {@link ProtocolError}, or what `stream` throws.
 */
export async function exchangeHttp2(
  stream: ByteStream,
  fields: readonly HeaderField[],
  body: Uint8Array<ArrayBuffer>,
): Promise<Http2Reply> {
  await stream.write(encodeOpening(fields, body));
  const reader = new ByteReader(stream);
  const reply = new Reply();
  let first = true;
  for (let frames = 0; frames < MAX_FRAMES; frames++) {
    const frame = await readFrame(reader);
    if (first) requireSettings(frame);
    first = false;
    if (reply.awaitsContinuation !== (frame.type === FrameType.CONTINUATION)) {
      throw new ProtocolError("the server broke a header off");
    }
    if (frame.stream === 0) await serveConnection(frame, stream);
    else if (frame.stream === STREAM) reply.take(frame);
    if (reply.ended) return reply;
  }
  throw new ProtocolError(`the server sent ${MAX_FRAMES} frames, and the reply has no end`);
}

/** All that we have to say: nothing in it waits for the server's leave. */
function encodeOpening(fields: readonly HeaderField[], body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const header = encodeHeaders(fields);
  if (header.length > MAX_PAYLOAD || body.length > MAX_PAYLOAD) throw new UnusableValue("the request is too long");
  const settings = encodeSettings([[Setting.HEADER_TABLE_SIZE, 0], [Setting.ENABLE_PUSH, 0]]);
  const opening = new ByteBuffer();
  opening.append(encodeLatin1(PREFACE));
  opening.append(encodeFrame({ type: FrameType.SETTINGS, flags: 0, stream: 0, payload: settings }));
  opening.append(
    encodeFrame({ type: FrameType.HEADERS, flags: Flag.END_HEADERS, stream: STREAM, payload: header }),
  );
  opening.append(encodeFrame({ type: FrameType.DATA, flags: Flag.END_STREAM, stream: STREAM, payload: body }));
  return opening.bytes().slice();
}

/** RFC 9113, 3.4: what a server says first. */
function requireSettings({ type, flags, stream }: Frame): void {
  if (type === FrameType.SETTINGS && stream === 0 && !(flags & Flag.ACK)) return;
  throw new ProtocolError("not HTTP/2: the server does not begin with its settings");
}

/** What the connection itself asks for. Windows and priorities do not matter to a single short request. */
async function serveConnection({ type, flags, payload }: Frame, stream: ByteStream): Promise<void> {
  const answer = (payload: Uint8Array<ArrayBuffer>) =>
    stream.write(encodeFrame({ type, flags: Flag.ACK, stream: 0, payload }));
  if (type === FrameType.SETTINGS && !(flags & Flag.ACK)) await answer(new Uint8Array(0));
  else if (type === FrameType.PING && !(flags & Flag.ACK)) await answer(payload);
  else if (type === FrameType.GOAWAY) checkGoAway(payload);
  else if (type === FrameType.DATA || type === FrameType.HEADERS) {
    throw new ProtocolError("the server sent a reply that belongs to no request");
  }
}

/** RFC 9113, 6.8: a server that goes away may still answer what it names. */
function checkGoAway(payload: Uint8Array<ArrayBuffer>): void {
  const error = errorIn(payload, 4);
  const last = new DataView(payload.buffer, payload.byteOffset).getUint32(0) & 0x7fff_ffff;
  if (last >= STREAM && error === "NO_ERROR") return;
  const more = decodeLatin1(payload.subarray(8));
  throw new ProtocolError(`the server ended the connection: ${error}${more && `: ${more}`}`);
}

/** Puts a reply together from its frames. */
class Reply implements Http2Reply {
  headers = new Map<string, string>();
  trailers = new Map<string, string>();
  ended = false;
  readonly #body = new ByteBuffer();
  #block: ByteBuffer | undefined;
  #headerBytes = 0;
  #ends = false;

  get body(): Uint8Array<ArrayBuffer> {
    return this.#body.bytes().slice();
  }

  /** Whether only the rest of a header may come now (RFC 9113, 6.10). */
  get awaitsContinuation(): boolean {
    return this.#block !== undefined;
  }

  take(frame: Frame): void {
    const { type, flags, payload } = frame;
    if (type === FrameType.RST_STREAM) {
      throw new ProtocolError(`the server broke the request off: ${errorIn(payload, 0)}`);
    }
    if (type === FrameType.PUSH_PROMISE) throw new ProtocolError("the server promises what was not asked");
    if (type === FrameType.DATA) this.#addBody(contentOf(frame), flags);
    if (type === FrameType.HEADERS) {
      this.#block = new ByteBuffer();
      this.#ends = (flags & Flag.END_STREAM) !== 0;
      this.#addHeader(contentOf(frame), flags);
    }
    if (type === FrameType.CONTINUATION) this.#addHeader(payload, flags);
  }

  #addBody(bytes: Uint8Array<ArrayBuffer>, flags: number): void {
    if (this.headers.size === 0) throw new ProtocolError("the server sent a body before its header");
    this.#body.append(bytes);
    if (this.#body.length > WINDOW) throw new ProtocolError("the server sent more than it was allowed to");
    this.ended = (flags & Flag.END_STREAM) !== 0;
  }

  #addHeader(bytes: Uint8Array<ArrayBuffer>, flags: number): void {
    const block = this.#block!;
    block.append(bytes);
    this.#headerBytes += bytes.length;
    if (this.#headerBytes > MAX_HEADER) throw new ProtocolError(`the reply's header has more than ${MAX_HEADER} bytes`);
    if (!(flags & Flag.END_HEADERS)) return;
    this.#block = undefined;
    const fields = new Map(decodeHeaders(block.bytes()).toReversed());
    // Interim replies (1xx) come before the final one (RFC 9113, 8.1).
    if (fields.get(":status")?.startsWith("1")) return;
    if (this.headers.size === 0) this.headers = fields;
    else this.trailers = fields;
    this.ended = this.#ends;
  }
}
