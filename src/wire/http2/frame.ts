/**
 * Frames of HTTP/2 (RFC 9113, 4 and 6).
 */

import type { ByteReader } from "../transport/byte_reader.ts";
import { ProtocolError } from "../transport/protocol_error.ts";

/** The types that mean something to a client that asks one question; others are ignored (RFC 9113, 5.5). */
export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  CONTINUATION: 9,
} as const;

/** Bits of a frame's flags. */
export const Flag = { ACK: 0x1, END_STREAM: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 } as const;

/** Settings that we announce. */
export const Setting = { HEADER_TABLE_SIZE: 1, ENABLE_PUSH: 2 } as const;

/** Bytes of a frame's payload, as long as neither side announces more (RFC 9113, 4.2). */
export const MAX_PAYLOAD = 16_384;

const HEADER_SIZE = 9;

/** A frame. Stream 0 is the connection. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** The frame as it goes on the wire. */
export function encodeFrame({ type, flags, stream, payload }: Frame): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_SIZE + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, payload.length << 8 | type);
  view.setUint8(4, flags);
  view.setUint32(5, stream);
  bytes.set(payload, HEADER_SIZE);
  return bytes;
}

/** The next frame. Throws {@link ProtocolError}. */
export async function readFrame(reader: ByteReader): Promise<Frame> {
  const view = new DataView((await reader.exactly(HEADER_SIZE)).buffer);
  const word = view.getUint32(0);
  const length = word >>> 8;
  if (length > MAX_PAYLOAD) throw new ProtocolError(`not HTTP/2: a frame of ${length} bytes`);
  const stream = view.getUint32(5) & 0x7fff_ffff;
  return { type: word & 0xff, flags: view.getUint8(4), stream, payload: await reader.exactly(length) };
}

/** The payload of a SETTINGS frame. */
export function encodeSettings(settings: readonly (readonly [id: number, value: number])[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(6 * settings.length));
  for (const [i, [id, value]] of settings.entries()) {
    view.setUint16(6 * i, id);
    view.setUint32(6 * i + 2, value);
  }
  return new Uint8Array(view.buffer);
}

/** The payload of a DATA or HEADERS frame without what may stand around it. Throws {@link ProtocolError}. */
export function contentOf({ type, flags, payload }: Frame): Uint8Array<ArrayBuffer> {
  const padding = flags & Flag.PADDED ? payload[0] : 0;
  const before = (flags & Flag.PADDED ? 1 : 0) + (type === FrameType.HEADERS && flags & Flag.PRIORITY ? 5 : 0);
  if (!(before + padding <= payload.length)) throw new ProtocolError("a frame has more padding than bytes");
  return payload.subarray(before, payload.length - padding);
}

const ERRORS = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
];

/** The name of the error code that stands at `offset` in a payload (RFC 9113, 7). */
export function errorIn(payload: Uint8Array, offset: number): string {
  if (payload.length < offset + 4) throw new ProtocolError("a frame ends too early");
  const code = new DataView(payload.buffer, payload.byteOffset).getUint32(offset);
  return ERRORS[code] ?? `error ${code}`;
}
