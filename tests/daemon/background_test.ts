import { strictEqual } from "node:assert/strict";

const BACKGROUND = new URL("../../src/daemon/background.ts", import.meta.url).href;

Deno.test("a daemon whose starter has gone goes on", async () => {
  const program = `
    import { announceReady } from "${BACKGROUND}";
    await Deno.stdin.read(new Uint8Array(1));
    announceReady();
    Deno.exit(42);
  `;
  const daemon = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `data:application/typescript,${encodeURIComponent(program)}`],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  await daemon.stdout.cancel();
  const starter = daemon.stdin.getWriter();
  await starter.write(new Uint8Array(1));
  await starter.close();
  strictEqual((await daemon.status).code, 42);
});
