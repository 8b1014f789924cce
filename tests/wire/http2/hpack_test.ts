import { deepStrictEqual, throws } from "node:assert/strict";
import { decodeHeaders, encodeHeaders, type HeaderField } from "../../../src/wire/http2/hpack.ts";
import { ProtocolError } from "../../../src/wire/transport/protocol_error.ts";

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(" ", "").match(/../g)!, (digits) => parseInt(digits, 16));
}

/** RFC 7541, C.4.1 and C.6.1: by another's encoder, with Huffman's code. */
const CAPTURED: readonly { hex: string; fields: readonly HeaderField[] }[] = [
  {
    hex: "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
    fields: [[":method", "GET"], [":scheme", "http"], [":path", "/"], [":authority", "www.example.com"]],
  },
  {
    hex: "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718" +
      "63c7 8f0b 97c8 e9ae 82ae 43d3",
    fields: [
      [":status", "302"],
      ["cache-control", "private"],
      ["date", "Mon, 21 Oct 2013 20:13:21 GMT"],
      ["location", "https://www.example.com"],
    ],
  },
  // C.2.1 to C.2.3: literals that are to be remembered, are not, and must not be; before them a table of 0 bytes.
  {
    hex: "20 400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
    fields: [["custom-key", "custom-header"]],
  },
  { hex: "040c 2f73 616d 706c 652f 7061 7468", fields: [[":path", "/sample/path"]] },
  { hex: "1008 7061 7373 776f 7264 0673 6563 7265 74", fields: [["password", "secret"]] },
];

for (const { hex, fields } of CAPTURED) {
  Deno.test({
    name: `decodeHeaders() of ${hex.slice(0, 24)}…`,
    permissions: "none",
    fn: () => deepStrictEqual(decodeHeaders(bytes(hex)), fields),
  });
}

Deno.test({
  name: "header fields come through, however long and whatever is in them",
  permissions: "none",
  fn: () => {
    const every = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("");
    for (const length of [0, 1, 126, 127, 128, 254, 255, 256, 16_000]) {
      const fields: readonly HeaderField[] = [["x-long", "y".repeat(length)], ["x-all", every], ["", ""]];
      deepStrictEqual(decodeHeaders(encodeHeaders(fields)), fields);
    }
  },
});

const BAD: Readonly<Record<string, string>> = {
  "an index beyond the static table": "be",
  "index 0": "80",
  "a table that is not empty": "3f e1 1f",
  "a number without an end": "ff ff ff ff ff ff ff ff ff 01",
  "a field without its value": "40 01 61",
  "a text that is cut off": "40 01 61 05 62",
  "Huffman's code cut off within a symbol": "00 81 fe 01 61",
  "the end of Huffman's code within it": "00 84 ff ff ff ff 01 61",
  "a whole byte of filling": "00 82 1f ff 01 61",
};

for (const [name, hex] of Object.entries(BAD)) {
  Deno.test({
    name: `decodeHeaders() refuses ${name}`,
    permissions: "none",
    fn: () => {
      throws(() => decodeHeaders(bytes(hex)), ProtocolError);
    },
  });
}
