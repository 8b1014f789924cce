import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { addressRange, type IpAddress, ipToNumber, numberToIp, parseIp } from "../../src/model/address.ts";

const pure = { permissions: "none" } as const;

const ADDRESSES: [text: string, canonical: string | undefined][] = [
  ["192.0.2.1", "192.0.2.1"],
  ["0.0.0.0", "0.0.0.0"],
  ["192.0.2.256", undefined],
  ["192.0.2", undefined],
  ["192.0.2.01", undefined],
  ["010.0.0.1", undefined],
  ["1.2.3.4.5", undefined],
  ["2001:db8::1", "2001:db8::1"],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["::", "::"],
  ["::1", "::1"],
  ["fe80::", "fe80::"],
  ["2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"],
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["::ffff:192.0.2.1", "::ffff:c000:201"],
  ["1:2:3:4:5:6:7:8:9", undefined],
  ["1::2::3", undefined],
  ["1:2:3:4:5:6:7", undefined],
  ["12345::", undefined],
  [":1::2", undefined],
  ["[::1]", undefined],
  ["example.net", undefined],
  ["", undefined],
];

for (const [text, canonical] of ADDRESSES) {
  Deno.test({
    name: `parseIp() ${canonical === undefined ? "refuses" : "reads"} "${text}"`,
    ...pure,
    fn: () => strictEqual(parseIp(text), canonical),
  });
}

Deno.test({
  name: "numberToIp() is the inverse of ipToNumber()",
  ...pure,
  fn: () => {
    for (const [, address] of ADDRESSES) {
      if (address === undefined) continue;
      strictEqual(numberToIp(ipToNumber(address as IpAddress), address.includes(":") ? 6 : 4), address);
    }
  },
});

Deno.test({
  name: "addressRange() counts over the borders of octets and groups, both ends included",
  ...pure,
  fn: () => {
    const range = (a: string, b: string) => addressRange(a as IpAddress, b as IpAddress);
    deepStrictEqual(range("59.154.201.254", "59.154.202.1"), [
      "59.154.201.254",
      "59.154.201.255",
      "59.154.202.0",
      "59.154.202.1",
    ]);
    deepStrictEqual(range("2001:db8::fffe", "2001:db8::1:0"), ["2001:db8::fffe", "2001:db8::ffff", "2001:db8::1:0"]);
    deepStrictEqual(range("10.0.0.1", "10.0.0.1"), ["10.0.0.1"]);
  },
});

const BAD_RANGES: [first: string, last: string, says: RegExp][] = [
  ["10.0.0.9", "10.0.0.1", /write 10\.0\.0\.1->10\.0\.0\.9/],
  ["10.0.0.1", "2001:db8::1", /different address families/],
  ["10.0.0.0", "10.1.0.0", /more than 65536/],
];

for (const [first, last, says] of BAD_RANGES) {
  Deno.test({
    name: `addressRange() refuses ${first}->${last}`,
    ...pure,
    fn: () => match(String(addressRange(first as IpAddress, last as IpAddress)), says),
  });
}
