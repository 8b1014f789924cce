import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parseIp } from "../../../src/model/address.ts";
import { encodeLatin1 } from "../../../src/wire/transport/latin1.ts";
import { decodeLatin1 } from "../../../src/wire/transport/latin1.ts";
import { waitInThread } from "../../../src/wire/transport/readiness.ts";
import { connectTcp } from "../../../src/wire/transport/tcp.ts";

const LOOPBACK = parseIp("127.0.0.1")!;

/** The thread goes on waiting when a test has ended. */
const LENIENT = { sanitizeOps: false, sanitizeResources: false };

waitInThread();

/** Answers each connection with what it said, after some time. */
function echo(milliseconds: number): Deno.TcpListener {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for await (const connection of listener) answer(connection, milliseconds).catch(() => {});
  })();
  return listener;
}

async function answer(connection: Deno.Conn, milliseconds: number): Promise<void> {
  const bytes = new Uint8Array(100);
  const count = await connection.read(bytes);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  await connection.write(bytes.subarray(0, count ?? 0));
  connection.close();
}

async function ask(port: number, text: string): Promise<string> {
  const stream = await connectTcp(LOOPBACK, port, AbortSignal.timeout(10_000));
  try {
    await stream.write(encodeLatin1(text));
    const reply = await stream.read();
    return reply ? decodeLatin1(reply) : "";
  } finally {
    stream.close();
  }
}

Deno.test({
  name: "a thread waits for few replies, a timer for many, and each is heard",
  ...LENIENT,
  fn: async () => {
    using server = echo(30);
    const { port } = server.addr;
    strictEqual(await ask(port, "alone"), "alone");
    const texts = Array.from({ length: 60 }, (_, i) => `number ${i}`);
    deepStrictEqual(await Promise.all(texts.map((text) => ask(port, text))), texts);
    strictEqual(await ask(port, "alone again"), "alone again");
  },
});

Deno.test({
  name: "a connection that is given up while a thread waits takes those after it nothing",
  ...LENIENT,
  fn: async () => {
    using server = echo(5_000);
    using quick = echo(0);
    const stream = await connectTcp(LOOPBACK, server.addr.port, AbortSignal.timeout(10_000));
    const read = stream.read().catch(() => undefined);
    stream.close();
    await read;
    for (const text of ["one", "two", "three"]) strictEqual(await ask(quick.addr.port, text), text);
  },
});
