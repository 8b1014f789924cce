import { strictEqual } from "node:assert/strict";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

Deno.test("a complaint that cannot be written, as the disk is full, changes no exit status", async () => {
  const program = [Deno.execPath(), "run", "-A", "--no-check", MAIN];
  for (const [words, status] of [[["fmt", "/nonsense.cf"], 2], [["/nonsense.cf", "begin"], 255]] as const) {
    const { code } = await new Deno.Command("sh", {
      args: ["-c", 'exec "$@" 2>/dev/full', "sh", ...program, ...words],
      stdin: "null",
    }).output();
    strictEqual(code, status, words.join(" "));
  }
});
