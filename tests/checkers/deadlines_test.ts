import { ok, strictEqual } from "node:assert/strict";
import { threadMilliseconds } from "../../src/system/libc/clocks.ts";
import { checkOf, verdict } from "./peers.ts";

/** A mail server on a thread of its own, which greets a moment after it was connected to. */
const SERVER = `
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const say = (client, line) => client.write(new TextEncoder().encode(line + "\\r\\n"));
  self.postMessage(listener.addr.port);
  for await (const client of listener) {
    setTimeout(async () => {
      await say(client, "220 hello");
      const buffer = new Uint8Array(1024);
      while (await client.read(buffer)) await say(client, "250 fine");
      client.close();
    }, 100);
  }
`;

Deno.test("a check that was under way while we were stopped is not late", async () => {
  const worker = new Worker(`data:application/javascript,${encodeURIComponent(SERVER)}`, { type: "module" });
  try {
    const port = await new Promise<number>((resolve) => worker.onmessage = ({ data }) => resolve(data));
    const round = verdict(checkOf({ port, service: "smtp" }, { negotiateTimeout: 0.5 }));
    // Long enough to connect; then this thread stands still for longer than the deadline, with half of the way to go.
    await new Promise((resolve) => setTimeout(resolve, 50));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500);
    strictEqual(await round, "up: 220 hello");
  } finally {
    worker.terminate();
  }
});

/** Fills the thread with work for so many milliseconds of its processor time. */
function work(milliseconds: number): void {
  for (const end = threadMilliseconds() + milliseconds; threadMilliseconds() < end;);
}

Deno.test("a silent server is out, however often others keep us busy meanwhile", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let isOver = false;
  const round = verdict(checkOf({ port: listener.addr.port, service: "smtp" }, { negotiateTimeout: 0.5 }));
  round.then(() => isOver = true);
  // Each of these is so long that it is taken for trouble of ours, and each deadline is extended once.
  let times = 0;
  for (; !isOver && times < 5; times++) {
    work(1_600);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  ok((await round).startsWith("down (timeout)"));
  ok(times < 4, `was kept in for ${times} times`);
});

Deno.test("a check with a short time is not late where its answer came while we were busy", async () => {
  const worker = new Worker(`data:application/javascript,${encodeURIComponent(SERVER)}`, { type: "module" });
  try {
    const port = await new Promise<number>((resolve) => worker.onmessage = ({ data }) => resolve(data));
    const round = verdict(checkOf({ port, service: "smtp" }, { negotiateTimeout: 0.3 }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    // The greeting comes meanwhile, at 100 ms; the timer rings 300 ms late.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 550);
    strictEqual(await round, "up: 220 hello");
  } finally {
    worker.terminate();
  }
});
