import { ok, strictEqual, throws } from "node:assert/strict";
import { shareOpenFiles, TooFewFiles } from "../../src/system/open_files.ts";

Deno.test("checks get what the director itself does not need", () => {
  const { forChecks } = shareOpenFiles(64, 20);
  ok(forChecks >= 4 && forChecks <= 12);
  ok(shareOpenFiles(1024, 20).forChecks > 700);
  strictEqual(shareOpenFiles(1_048_576, 20).clients, 16);
  ok(shareOpenFiles(64, 20).clients < 8);
});

Deno.test("a limit that leaves no room for checks is an error that names what is needed", () => {
  throws(() => shareOpenFiles(40, 20), (error: Error) => {
    ok(error instanceof TooFewFiles);
    const needed = Number(/at least (\d+)/.exec(error.message)?.[1]);
    return shareOpenFiles(needed, 20).forChecks >= 4;
  });
});
