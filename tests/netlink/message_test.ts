import { strictEqual } from "node:assert/strict";
import { MessageWriter } from "../../src/netlink/message.ts";

/** Bytes of `struct nlmsghdr`, of an attribute's header, and of a number of 32 bits. */
const [HEADER, ATTRIBUTE, NUMBER] = [16, 4, 4];

Deno.test("a message may have more values than a writer has room for at first, of any kind and at any place", () => {
  const writer = new MessageWriter();
  for (let count = 500; count < 530; count++) {
    writer.message({ type: 1, flags: 0, sequence: 1 }, new Uint8Array(0), (attributes) => {
      for (let i = 0; i < count; i++) attributes.uint32(7, i);
      attributes.nested(8, (inner) => {
        inner.uint8(1, 1);
        inner.uint16(2, 2);
        inner.port(3, 3);
        inner.bytes(4, Uint8Array.of(1, 2, 3, 4, 5));
      });
    });
    const bytes = writer.end();
    const view = new DataView(bytes.buffer);
    strictEqual(view.getUint32(0, true), bytes.length);
    for (let i = 0; i < count; i++) {
      strictEqual(view.getUint32(HEADER + i * (ATTRIBUTE + NUMBER) + ATTRIBUTE, true), i, `${i} of ${count}`);
    }
    const nested = HEADER + count * (ATTRIBUTE + NUMBER);
    strictEqual(view.getUint16(nested, true), bytes.length - nested);
    strictEqual(view.getUint8(nested + 8), 1);
    strictEqual(view.getUint16(nested + 16, true), 2);
    strictEqual(view.getUint16(nested + 24), 3);
    strictEqual(view.getUint8(nested + 36), 5);
  }
});

Deno.test("a writer that has grown is as before for the next messages", () => {
  const writer = new MessageWriter();
  for (let i = 0; i < 1000; i++) {
    writer.message({ type: i, flags: 0, sequence: i }, Uint8Array.of(1, 2, 3, 4), () => {});
  }
  const view = new DataView(writer.end().buffer);
  for (let i = 0; i < 1000; i++) strictEqual(view.getUint32(i * (HEADER + 4) + 8, true), i);
});
