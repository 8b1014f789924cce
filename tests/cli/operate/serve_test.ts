import { match, strictEqual } from "node:assert/strict";
import { TestServer } from "../../control/fixture.ts";
import { ldirectord } from "../program.ts";
import { freePort } from "../../ports.ts";

/** A wrong command line of serve, and its error. */
const WRONG: [args: string[], says: RegExp][] = [
  [["web:80"], /not an IP address: web/],
  [["0"], /not an address and port: 0/],
  [["127.0.0.1:99999"], /not an address and port/],
  [["127.0.0.1:80", "x"], /unexpected argument .x./],
];

for (const [args, says] of WRONG) {
  Deno.test(`serve ${args.join(" ")} is a usage error, and says why`, async () => {
    const { code, stderr } = await ldirectord("serve", ...args);
    strictEqual(code, 255);
    match(stderr, says);
  });
}

Deno.test("serve at a port where something listens says so", async () => {
  const other = Deno.listen({ hostname: "127.0.0.1", port: 0 }) as Deno.TcpListener;
  const { port } = other.addr as Deno.NetAddr;
  const { code, stderr } = await ldirectord("serve", `127.0.0.1:${port}`, "--socket", "/nonexistent");
  other.close();
  strictEqual(code, 1);
  match(stderr, /cannot listen at 127\.0\.0\.1:\d+: something else listens there/);
});

Deno.test("serve tells where it is, serves, and with --while-read ends with its input", async () => {
  await using control = new TestServer({ history: () => ({ entries: [], next: 0 }) });
  const port = freePort();
  const main = new URL("../../../main.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", main, "serve", String(port), "--socket", control.path, "--while-read"],
    stdin: "piped",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  const url = `http://127.0.0.1:${port}/healthz`;
  const answer = async (): Promise<string> => await fetch(url).then((response) => response.text(), () => "");
  for (const end = performance.now() + 20_000; performance.now() < end && await answer() !== "ok\n";) {
    await new Promise((wake) => setTimeout(wake, 50));
  }
  strictEqual(await answer(), "ok\n");
  await child.stdin.close();
  strictEqual((await child.status).code, 0);
});

Deno.test("serve: thousands of clients that stall, or flood, keep no other client from an answer", async () => {
  const port = freePort();
  const main = new URL("../../../main.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", main, "serve", String(port), "--socket", "/nonexistent"],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  // It says where it listens when it does.
  const reader = child.stdout.getReader();
  await reader.read();
  const stalls = [
    "",
    "GET /",
    "GET / HTTP/1.1\r\nhost: x\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    `GET / HTTP/1.1\r\nx: ${"y".repeat(20_000)}`,
  ];
  const clients: Deno.TcpConn[] = [];
  for (let i = 0; i < 4_096; i++) {
    const client = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
    if (!client) break;
    clients.push(client);
    client.write(new TextEncoder().encode(stalls[i % stalls.length])).catch(() => {});
    if (i % 512 === 0) strictEqual(await healthOf(port), 503, `beside ${i}`);
  }
  strictEqual(clients.length > 500, true, `${clients.length} clients, which is what this test may have`);
  strictEqual(await healthOf(port), 503, "there is no director, and it says so");
  for (const client of clients) client.close();
  child.kill("SIGTERM");
  await child.status;
  await reader.cancel();
});

/** The status of /healthz for a client that waits for ten seconds. */
async function healthOf(port: number): Promise<number> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const response = await fetch(`http://127.0.0.1:${port}/healthz`, { client, signal: AbortSignal.timeout(10_000) });
  await response.body?.cancel();
  return response.status;
}
