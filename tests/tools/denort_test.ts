import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { elfImage, isOutOfReach } from "../../tools/denort.ts";

Deno.test("a program without what was appended to it is as it was", async () => {
  const program = await Deno.readFile("/bin/true");
  const longer = new Uint8Array(program.length + 1000);
  longer.set(program);
  longer.fill(7, program.length);
  deepStrictEqual(elfImage(longer), program);
  throws(() => elfImage(new Uint8Array(1000)), /not a 64-bit little-endian ELF file/);
});

const COMPLAINTS: readonly (readonly [complaint: string, outOfReach: boolean])[] = [
  ["0: Setting up base binary.\n1: error sending request for url (…): client error (Connect): dns error", true],
  ["0: Setting up base binary.\n1: error sending request for url (…): client error (Connect): tcp connect error", true],
  ["0: Setting up base binary.\n1: Download could not be found", false],
  ["error: Module not found", false],
];

for (const [complaint, outOfReach] of COMPLAINTS) {
  Deno.test(`Deno's host is ${outOfReach ? "" : "not "}out of reach: ${JSON.stringify(complaint)}`, () => {
    strictEqual(isOutOfReach(complaint), outOfReach);
  });
}
