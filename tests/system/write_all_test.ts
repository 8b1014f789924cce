import { strictEqual } from "node:assert/strict";
import { writeAll, writeAllSync } from "../../src/system/write_all.ts";

const TEXT = "what does not go at once goes with the next write";

/** Takes three bytes of each write. */
class Narrow {
  taken = "";

  writeSync(bytes: Uint8Array): number {
    const part = bytes.subarray(0, 3);
    this.taken += new TextDecoder().decode(part);
    return part.length;
  }

  write(bytes: Uint8Array): Promise<number> {
    return Promise.resolve(this.writeSync(bytes));
  }
}

Deno.test("writeAll() and writeAllSync() write what one write leaves", async () => {
  const [one, other] = [new Narrow(), new Narrow()];
  await writeAll(one, new TextEncoder().encode(TEXT));
  writeAllSync(other, new TextEncoder().encode(TEXT));
  strictEqual(one.taken, TEXT);
  strictEqual(other.taken, TEXT);
});
