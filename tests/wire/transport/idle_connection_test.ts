import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { parseIp } from "../../../src/model/address.ts";
import { readKernelFile } from "../../../src/system/kernel_file.ts";
import { type IdleEvent, openIdle } from "../../../src/wire/transport/idle_connection.ts";

// The system's library is opened at its first use and stays open: no test is to be blamed for that.
readKernelFile("/proc/self/comm");

/** The thread that waits is ended when a test has closed its last connection, and ends in its own time. */
const LENIENT = { sanitizeOps: false };

const LOOPBACK = parseIp("127.0.0.1")!;

/** What is reported of a connection, as it comes. */
class Watched {
  readonly said: string[] = [];
  #wake = () => {};
  readonly close: () => void;

  constructor(port: number) {
    this.close = openIdle(LOOPBACK, port, undefined, (event) => {
      this.said.push(textOf(event));
      this.#wake();
    });
  }

  /** Waits until so many things were said; five seconds at most. */
  async until(count: number): Promise<readonly string[]> {
    const end = performance.now() + 5_000;
    while (this.said.length < count && performance.now() < end) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = setTimeout(resolve, end - performance.now());
      await promise;
      clearTimeout(timer);
    }
    return this.said;
  }
}

function textOf(event: IdleEvent): string {
  if (event.type === "failed") return `failed ${event.error.code}`;
  return event.type === "ended" ? `ended ${event.how}` : event.type;
}

/** A server on loopback, and the connection to it, which is open. */
async function opened() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const watched = new Watched(port);
  const peer = await listener.accept();
  deepStrictEqual(await watched.until(1), ["opened"]);
  return { listener, port, watched, peer };
}

Deno.test(
  "an idle connection: the server's end of it is noticed, a greeting before it is dropped",
  LENIENT,
  async () => {
    const { listener, watched, peer } = await opened();
    await peer.write(new TextEncoder().encode("220 here I am\r\n"));
    peer.close();
    deepStrictEqual(await watched.until(2), ["opened", "ended closed"]);
    watched.close();
    listener.close();
  },
);

Deno.test("an idle connection: a port that refuses it is a failure", LENIENT, async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  deepStrictEqual(await new Watched(port).until(1), ["failed ECONNREFUSED"]);
});

Deno.test(
  "an idle connection: nothing is reported after it was closed, and the server sees its end",
  LENIENT,
  async () => {
    const { listener, watched, peer } = await opened();
    watched.close();
    watched.close();
    strictEqual(await peer.read(new Uint8Array(1)), null);
    peer.close();
    listener.close();
    deepStrictEqual(watched.said, ["opened"]);
  },
);

Deno.test(
  "an idle connection: a server that sends without end is left, and what it sends is not kept",
  LENIENT,
  async () => {
    const { listener, watched, peer } = await opened();
    const bytes = new Uint8Array(64 * 1024);
    const flood = (async () => {
      for (;;) await peer.write(bytes);
    })();
    const ended = flood.then(() => "no end", () => "ended");
    deepStrictEqual(await watched.until(2), ["opened", "flooded"]);
    strictEqual(await ended, "ended");
    peer.close();
    listener.close();
  },
);

Deno.test("an idle connection: a process that is killed ends it", LENIENT, async () => {
  const child = new Deno.Command("python3", {
    args: [
      "-uc",
      "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1]); c = s.accept(); s.accept()",
    ],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const port = Number(new TextDecoder().decode((await reader.read()).value));
  const watched = new Watched(port);
  deepStrictEqual(await watched.until(1), ["opened"]);
  child.kill("SIGKILL");
  // A reset where it had not been accepted yet.
  match((await watched.until(2))[1], /^ended (closed|reset)$/);
  await reader.cancel();
  await child.status;
});

Deno.test("an idle connection: the kernel keeps it alive, a question a second and two at most", LENIENT, async () => {
  const { listener, port, watched, peer } = await opened();
  const { stdout } = await new Deno.Command("ss", { args: ["-tnoH", "dst", `127.0.0.1:${port}`] }).output();
  const [, milliseconds] = /timer:\(keepalive,(?:(\d+)ms|1sec|\.?\d+sec),0\)/.exec(new TextDecoder().decode(stdout)) ??
    ["", "none"];
  strictEqual(milliseconds === undefined || Number(milliseconds) <= 1_000, true, new TextDecoder().decode(stdout));
  watched.close();
  peer.close();
  listener.close();
});
