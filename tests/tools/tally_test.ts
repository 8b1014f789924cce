import { match, strictEqual } from "node:assert/strict";
import { stuckTest } from "../../tools/tally.ts";

Deno.test("a test that runs for minutes is stuck, and named", () => {
  const name = "a server's name";
  strictEqual(stuckTest(`${name} ...'${name}' has been running for over (1m0s)`), undefined);
  strictEqual(stuckTest(`'${name}' has been running for over (4m0s)`), undefined);
  match(stuckTest(`'${name}' has been running for over (8m0s)`)!, /^a server's name\n.*8 minutes/);
  strictEqual(stuckTest(`${name} ... ok (8m1s)`), undefined);
});
