import { strictEqual } from "node:assert/strict";
import { startInBackground } from "../../../src/daemon/process/background.ts";

const BACKGROUND = new URL("../../../src/daemon/process/background.ts", import.meta.url).href;

Deno.test("a daemon goes on when its starter has gone", async () => {
  const program = `
    import { announceReady, leaveSession } from "${BACKGROUND}";
    await Deno.stdin.read(new Uint8Array(1));
    announceReady(leaveSession());
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

const STARTS: [name: string, program: string, isAtWork: boolean, status: number][] = [
  ["is at work", "announceReady(leaveSession()); setTimeout(() => {}, 1000)", true, 0],
  ["died when it had said so", "announceReady(leaveSession()); Deno.exit(0)", false, 1],
  ["was killed while it said so", `say("rea"); Deno.kill(Deno.pid, "SIGKILL")`, false, 1],
  ["was killed before", `Deno.kill(Deno.pid, "SIGKILL")`, false, 1],
  ["has given up", "Deno.exit(2)", false, 2],
  ["found another one at work", "Deno.exit(0)", true, 0],
];

for (const [name, program, isAtWork, status] of STARTS) {
  // The daemon outlives the start, and the test.
  const options = { sanitizeOps: false, sanitizeResources: false };
  Deno.test(`a start with a daemon that ${name} ends with ${status}`, options, async () => {
    const text = `
      import { announceReady, leaveSession } from "${BACKGROUND}";
      const say = (text) => Deno.stdout.writeSync(new TextEncoder().encode(text));
      ${program}`;
    const args = ["run", "-A", "--no-check", `data:application/typescript,${encodeURIComponent(text)}`];
    strictEqual(await startInBackground(args, () => isAtWork), status);
  });
}
