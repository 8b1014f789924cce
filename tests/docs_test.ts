import { strictEqual } from "node:assert/strict";
import { GENERATED, textOf } from "../tools/docs.ts";

for (const { path, text } of GENERATED) {
  Deno.test(`${path} says what the program's own tables say (deno task docs writes it)`, async () => {
    const now = await textOf(path);
    strictEqual(now, text(now));
  });
}
