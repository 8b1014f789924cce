/**
 * Makes a recorded reply an answer to what is asked now, so that it gets beyond the first look.
 */

import { createHash, createHmac } from "node:crypto";
import { Buffer } from "node:buffer";
import { RADIUS } from "../checkers/radius_server.ts";
import type { FuzzRow } from "./rows.ts";

/** What our requests have for a Call-ID: what else stands in its line stays. */
const RECORDED_CALL_ID = /[0-9a-f]{24}@127\.0\.0\.1(:\d+)?/;

/** A reply that fits the question; `dataPort` is where a connection for data is awaited. */
export function adapt(
  how: NonNullable<FuzzRow["adapt"]>,
  reply: Uint8Array<ArrayBuffer>,
  question: Uint8Array,
  dataPort: number,
): Uint8Array<ArrayBuffer> {
  switch (how) {
    case "dns":
      return overwritten(reply, 0, question.subarray(0, 2));
    case "dns over tcp":
      return overwritten(reply, 2, question.subarray(2, 4));
    case "ftp":
      return replaced(reply, /\(\d+,\d+,\d+,\d+,\d+,\d+\)/, () => `(127,0,0,1,${dataPort >> 8},${dataPort & 255})`);
    case "sip":
      return replaced(reply, RECORDED_CALL_ID, () => /^Call-ID: (\S*)/m.exec(text(question))?.[1] ?? "");
    case "radius":
      return signed(reply, question);
    case "scram":
      return replaced(reply, /r=[^,]*,/, (recorded) => {
        const nonce = /r=([^,\0]*)/.exec(text(question))?.[1] ?? "";
        return `r=${nonce}${recorded.slice(2 + nonce.length)}`;
      });
  }
}

/** RFC 2865, 3, and RFC 3579, 3.2. */
function signed(reply: Uint8Array<ArrayBuffer>, request: Uint8Array): Uint8Array<ArrayBuffer> {
  if (reply.length < 20) return reply;
  const packet = overwritten(overwritten(reply, 1, request.subarray(1, 2)), 4, request.subarray(4, 20));
  if (packet[20] === 80 && packet[21] === 18 && packet.length >= 38) {
    packet.fill(0, 22, 38);
    packet.set(createHmac("md5", RADIUS.shared).update(packet).digest(), 22);
  }
  const length = packet[2] << 8 | packet[3];
  packet.set(createHash("md5").update(packet.subarray(0, length)).update(RADIUS.shared).digest(), 4);
  return packet;
}

function overwritten(bytes: Uint8Array, at: number, piece: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  if (at + piece.length <= copy.length) copy.set(piece, at);
  return copy;
}

function replaced(bytes: Uint8Array, what: RegExp, by: (recorded: string) => string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text(bytes).replace(what, by), "latin1"));
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
