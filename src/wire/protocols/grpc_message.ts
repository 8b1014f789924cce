/**
 * gRPC's messages ("gRPC over HTTP2"), as far as its health check needs them (grpc.health.v1, health.proto), and the
 * little of protocol buffers that these are written in.
 */

import { ProtocolError } from "../transport/protocol_error.ts";

/** Where health is asked for. */
export const HEALTH_CHECK = "/grpc.health.v1.Health/Check";

/** Bytes before each message: whether it is compressed, and its length. */
const PREFIX_SIZE = 5;

/** `HealthCheckRequest.service` and `HealthCheckResponse.status` have the same number. */
const FIELD = 1;
/** How a field is written: its number, times 8, plus one of these. */
const VARINT = 0;
const FIXED64 = 1;
const COUNTED = 2;
const FIXED32 = 5;

const SERVING_STATUS = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

const STATUS_CODES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];

/** The question after a service's health; `""` is the server as a whole. */
export function encodeHealthRequest(service: string): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(service);
  const message = name.length === 0 ? [] : [FIELD << 3 | COUNTED, ...varint(name.length), ...name];
  const bytes = new Uint8Array(PREFIX_SIZE + message.length);
  new DataView(bytes.buffer).setUint32(1, message.length);
  bytes.set(message, PREFIX_SIZE);
  return bytes;
}

/** `SERVING`, `NOT_SERVING` … from a reply's body. Throws {@link ProtocolError}. */
export function decodeHealthReply(body: Uint8Array<ArrayBuffer>): string {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  if (body.length < PREFIX_SIZE || body.length !== PREFIX_SIZE + view.getUint32(1)) {
    throw new ProtocolError("the reply is not one whole message");
  }
  if (body[0] !== 0) throw new ProtocolError("the reply is compressed, which was not asked for");
  const status = lastStatus(body.subarray(PREFIX_SIZE));
  return SERVING_STATUS[status] ?? `status ${status}`;
}

/** The field that we know; those of later versions of the message are skipped. */
function lastStatus(message: Uint8Array): number {
  let status = 0;
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let i = 0; i < 10 && at < message.length; i++) {
      const byte = message[at++];
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw new ProtocolError("the reply is no message of protocol buffers");
  };
  while (at < message.length) {
    const tag = number();
    const wire = tag & 7;
    if (wire === VARINT) {
      const value = number();
      if (tag >>> 3 === FIELD) status = value;
    } else if (wire === COUNTED) {
      const length = number();
      at += length;
    } else if (wire === FIXED32) at += 4;
    else if (wire === FIXED64) at += 8;
    else throw new ProtocolError("the reply is no message of protocol buffers");
  }
  if (at > message.length) throw new ProtocolError("the reply is no message of protocol buffers");
  return status;
}

function varint(number: number): number[] {
  return number < 0x80 ? [number] : [0x80 | number & 0x7f, ...varint(number >>> 7)];
}

/** The name of a call's outcome, from the field `grpc-status`. Throws {@link ProtocolError}. */
export function statusName(code: string | undefined): string {
  if (code === undefined || !/^\d{1,5}$/.test(code)) throw new ProtocolError("the reply has no grpc-status");
  return STATUS_CODES[Number(code)] ?? `status ${code}`;
}

/** The field `grpc-message`, in which anything beyond plain ASCII is percent-encoded. */
export function decodeStatusMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not to be refused for it, says the protocol.
    return text;
  }
}
