import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import {
  decodeHealthReply,
  decodeStatusMessage,
  encodeHealthRequest,
  statusName,
} from "../../../src/wire/protocols/grpc_message.ts";
import { ProtocolError } from "../../../src/wire/transport/protocol_error.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("a question names the service, or is empty", () => {
  deepStrictEqual([...encodeHealthRequest("")], [0, 0, 0, 0, 0]);
  deepStrictEqual([...encodeHealthRequest("ab")], [0, 0, 0, 0, 4, 0x0a, 2, 0x61, 0x62]);
  const long = encodeHealthRequest("é".repeat(100));
  deepStrictEqual([...long.subarray(0, 8)], [0, 0, 0, 0, 203, 0x0a, 0xc8, 1]);
  strictEqual(long.length, 208);
});

const STATES: readonly (readonly [message: readonly number[], state: string])[] = [
  [[], "UNKNOWN"],
  [[8, 1], "SERVING"],
  [[8, 2], "NOT_SERVING"],
  [[8, 3], "SERVICE_UNKNOWN"],
  [[8, 9], "status 9"],
  [[8, 2, 8, 1], "SERVING"],
  [[0x12, 3, 8, 2, 8, 8, 1], "SERVING"],
  [[0x1d, 8, 2, 8, 2, 0x21, 8, 2, 8, 2, 8, 2, 8, 2, 8, 1], "SERVING"],
  [[0x10, 0xff, 0x7f, 8, 1], "SERVING"],
];

pure("a reply tells the state, and may hold fields of later versions", () => {
  for (const [message, state] of STATES) {
    strictEqual(decodeHealthReply(Uint8Array.of(0, 0, 0, 0, message.length, ...message)), state, `${message}`);
  }
});

const BAD: Readonly<Record<string, readonly number[]>> = {
  "nothing": [],
  "half a prefix": [0, 0, 0],
  "less than it says": [0, 0, 0, 0, 3, 8, 1],
  "more than one message": [0, 0, 0, 0, 2, 8, 1, 0, 0, 0, 0, 0],
  "a compressed message": [1, 0, 0, 0, 2, 8, 1],
  "a field that is cut off": [0, 0, 0, 0, 1, 8],
  "a text that is cut off": [0, 0, 0, 0, 2, 0x12, 9],
  "a number without an end": [0, 0, 0, 0, 12, 8, ...Array<number>(11).fill(0xff)],
  "a group": [0, 0, 0, 0, 1, 0x0b],
};

for (const [name, bytes] of Object.entries(BAD)) {
  pure(`a reply that is ${name} is refused`, () => {
    throws(() => decodeHealthReply(Uint8Array.from(bytes)), ProtocolError);
  });
}

pure("outcomes have names, and messages any characters", () => {
  deepStrictEqual(["0", "5", "16", "99"].map(statusName), ["OK", "NOT_FOUND", "UNAUTHENTICATED", "status 99"]);
  for (const none of [undefined, "", "x", "1 2"]) throws(() => statusName(none), ProtocolError);
  deepStrictEqual(["no B%C3%BCro", "100%", "%ff"].map(decodeStatusMessage), ["no Büro", "100%", "%ff"]);
});
