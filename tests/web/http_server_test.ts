import { match, ok, strictEqual } from "node:assert/strict";
import { type HttpLimits, HttpServer } from "../../src/web/http_server.ts";

const encoder = new TextEncoder();

async function withServer(limits: Partial<HttpLimits>, play: (port: number) => Promise<void>): Promise<void> {
  const answer = ({ method, url }: { readonly method: string; readonly url: string }) =>
    Promise.resolve(new Response(url.endsWith("/big") ? "x".repeat(50_000_000) : `${method} ${url}`));
  const server = new HttpServer({ hostname: "127.0.0.1", port: 0 }, answer, limits);
  try {
    await play(server.address.port);
  } finally {
    await server.close();
  }
}

/** All that the server says to a client that says this, until it hangs up. */
async function say(port: number, text: string): Promise<string> {
  using client = await Deno.connect({ hostname: "127.0.0.1", port });
  await client.write(encoder.encode(text));
  return await restOf(client);
}

async function restOf(client: Deno.TcpConn): Promise<string> {
  let heard = "";
  const bytes = new Uint8Array(65_536);
  for (;;) {
    const read = await client.read(bytes).catch(() => null);
    if (read === null) return heard;
    heard += new TextDecoder().decode(bytes.subarray(0, read));
  }
}

const GET = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
const LAST = "GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

const ROWS: readonly (readonly [name: string, request: string, answers: RegExp])[] = [
  [
    "requests that do not wait for answers",
    GET + GET + LAST,
    /^HTTP\/1\.1 200 OK[^]*\/aHTTP\/1\.1 200[^]*\/aHTTP\/1\.1 200[^]*GET http:\/\/x\/b$/,
  ],
  [
    "HEAD",
    "HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    /^HTTP\/1\.1 200[^]*content-length: 15\r\n\r\n$/,
  ],
  ["HTTP/1.0", "GET /a HTTP/1.0\r\n\r\n", /^HTTP\/1\.1 200[^]*connection: close[^]*GET http:\/\/localhost\/a$/],
  ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", /^HTTP\/1\.1 505/],
  ["a head that is too long", `GET / HTTP/1.1\r\nx: ${"y".repeat(30_000)}`, /^HTTP\/1\.1 431/],
  ["no Host", "GET / HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400/],
  ["a line without a colon", "GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n", /^HTTP\/1\.1 400/],
  ["something else", "\x16\x03\x01\x02\0\r\n\r\n", /^HTTP\/1\.1 400/],
  [
    "a request with a body",
    `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${GET.length}\r\n\r\n${GET}`,
    /^HTTP\/1\.1 200(?![^]*HTTP\/1\.1)/,
  ],
];

for (const [name, request, answers] of ROWS) {
  Deno.test(`http server: ${name}`, () => withServer({}, async (port) => match(await say(port, request), answers)));
}

Deno.test("http server: a request that does not arrive, and an answer that is not read, have a deadline", () =>
  withServer({ patience: 200 }, async (port) => {
    strictEqual(await say(port, "GET / HTT"), "");
    using slow = await Deno.connect({ hostname: "127.0.0.1", port });
    await slow.write(encoder.encode("GET /big HTTP/1.1\r\nHost: x\r\n\r\n"));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    ok((await restOf(slow)).length < 50_000_000);
  }));

Deno.test("http server: where there are too many clients, the one that has waited longest makes room", () =>
  withServer({ perAddress: 3, connections: 8, patience: 60_000 }, async (port) => {
    const clients: Deno.TcpConn[] = [];
    for (let i = 0; i < 3; i++) clients.push(await Deno.connect({ hostname: "127.0.0.1", port }));
    await clients[0].write(encoder.encode(GET));
    await clients[0].read(new Uint8Array(1_000));
    match(await say(port, LAST), /200 OK/);
    strictEqual((await Promise.race(clients.map((client, i) => restOf(client).then(() => i)))) >= 0, true);
    for (const client of clients) client.close();
  }));
