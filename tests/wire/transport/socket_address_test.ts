import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parseIp } from "../../../src/model/address.ts";
import { decodeSocketAddress, encodeSocketAddress } from "../../../src/wire/transport/socket_address.ts";

for (
  const [text, port] of [["192.0.2.1", 80], ["255.255.255.255", 65_535], ["::", 0], ["2001:db8::ffff:1", 443]] as const
) {
  Deno.test(`${text} and port ${port} survive encoding and decoding`, () => {
    const address = parseIp(text)!;
    deepStrictEqual(decodeSocketAddress(encodeSocketAddress(address, port)), { address, port });
  });
}

Deno.test("an IPv4 endpoint as getpeername(2) gives it", () => {
  const bytes = [2, 0, 0x1f, 0x90, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
  deepStrictEqual([...encodeSocketAddress(parseIp("127.0.0.1")!, 8080)], bytes);
});

Deno.test("what is no IP endpoint is none", () => {
  for (const bytes of [[], [1, 0, 47], [2, 0, 0], Array(16).fill(0), [10, 0, ...Array(14).fill(0)]]) {
    strictEqual(decodeSocketAddress(Uint8Array.from(bytes)), undefined);
  }
});
