import { ok, strictEqual } from "node:assert/strict";
import { Secret } from "../../src/model/secret.ts";

Deno.test({
  name: "a Secret is nowhere to be read but by reveal()",
  permissions: "none",
  fn: () => {
    const secret = new Secret("hunter2");
    const texts = [`${secret}`, JSON.stringify({ secret }), Deno.inspect({ secret }), String(new Error(`x ${secret}`))];
    for (const text of texts) ok(!text.includes("hunter2"), text);
    strictEqual(secret.reveal(), "hunter2");
  },
});
