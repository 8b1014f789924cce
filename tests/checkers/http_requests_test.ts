import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { CheckTarget } from "../../src/model/check.ts";
import { Secret } from "../../src/model/secret.ts";
import { checkOf, type Manners, verdict, withPeer } from "./peers.ts";

/** What the server heard of a request. */
async function heardBy(target: Partial<CheckTarget>): Promise<{ heard: string; port: number }> {
  let heard = "";
  const peer: Manners = async (client) => {
    heard = await client.hearUntil("\r\n\r\n");
    await client.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  };
  return await withPeer(peer, async (at) => {
    strictEqual(
      await verdict(checkOf({ ...at, ...target, request: target.request?.replace("PORT", String(at.port)) })),
      "up: 200 OK",
    );
    return { heard: heard.replaceAll(String(at.port), "PORT"), port: at.port };
  });
}

Deno.test("http: the whole request, as it goes out", async () => {
  const { heard } = await heardBy({ request: "index.html" });
  deepStrictEqual(heard.split("\r\n"), [
    "GET /index.html HTTP/1.1",
    "Host: 127.0.0.1:PORT",
    "User-Agent: ldirectord",
    "Accept: */*",
    "Accept-Encoding: identity",
    "Connection: close",
    "",
    "",
  ]);
});

Deno.test("http: headers of the configuration stand beside ours, or in their place", async () => {
  const requestHeaders = [["accept", "text/plain"], ["X-Probe", "1"]].map(([name, value]) => ({
    name,
    value: new Secret(value),
  }));
  const { heard } = await heardBy({ requestHeaders });
  deepStrictEqual(heard.split("\r\n").slice(3), [
    "Accept: text/plain",
    "Accept-Encoding: identity",
    "Connection: close",
    "X-Probe: 1",
    "",
    "",
  ]);
});

Deno.test("http: POST sends its body and says how long it is", async () => {
  const { heard } = await heardBy({ httpMethod: "POST", requestBody: '{"ping":"\u00e4"}' });
  match(heard, /^POST \/ HTTP\/1\.1\r\n/);
  match(heard, /\r\nContent-Length: 12\r\n/);
  match(heard, /\r\n\r\n\{"ping":"\u00e4"\}$/);
});

const REQUESTS: readonly { name: string; target: Partial<CheckTarget>; line: string; host: string }[] = [
  { name: "no request", target: {}, line: "GET / HTTP/1.1", host: "127.0.0.1:PORT" },
  { name: "a leading slash", target: { request: "/a?b=c" }, line: "GET /a?b=c HTTP/1.1", host: "127.0.0.1:PORT" },
  { name: "HEAD", target: { httpMethod: "HEAD" }, line: "HEAD / HTTP/1.1", host: "127.0.0.1:PORT" },
  {
    name: "a virtual host",
    target: { virtualHost: "www.example.com" },
    line: "GET / HTTP/1.1",
    host: "www.example.com",
  },
  {
    name: "blanks and line ends",
    target: { request: "/a b\r\nX: y" },
    line: "GET /a%20b%0D%0AX:%20y HTTP/1.1",
    host: "127.0.0.1:PORT",
  },
  { name: "letters beyond ASCII", target: { request: "/ä" }, line: "GET /%C3%A4 HTTP/1.1", host: "127.0.0.1:PORT" },
  { name: "a fragment", target: { request: "/a#b" }, line: "GET /a HTTP/1.1", host: "127.0.0.1:PORT" },
  {
    name: "a URL, which overrides address and port",
    target: { port: 1, request: "http://127.0.0.1:PORT/x", requestIsOwn: true },
    line: "GET /x HTTP/1.1",
    host: "127.0.0.1:PORT",
  },
  {
    name: "a URL with a host name",
    target: { port: 1, request: "http://localhost:PORT", requestIsOwn: true },
    line: "GET / HTTP/1.1",
    host: "localhost:PORT",
  },
  {
    name: "a URL and a virtual host",
    target: { port: 1, virtualHost: "v.example", request: "http://127.0.0.1:PORT/x", requestIsOwn: true },
    line: "GET /x HTTP/1.1",
    host: "v.example",
  },
  {
    name: "the URL of a section, of which each real server is asked for its page",
    target: { request: "http://www.example.com/x?y" },
    line: "GET /x?y HTTP/1.1",
    host: "www.example.com",
  },
  {
    name: "a proxy",
    target: { service: "http_proxy", request: "http://www.example.com/x" },
    line: "GET http://www.example.com/x HTTP/1.1",
    host: "www.example.com",
  },
  {
    name: "a proxy and a port",
    target: { service: "http_proxy", request: "http://www.example.com:8080/x" },
    line: "GET http://www.example.com:8080/x HTTP/1.1",
    host: "www.example.com:8080",
  },
  {
    name: "a proxy asked for its own page",
    target: { service: "http_proxy", request: "x" },
    line: "GET http://127.0.0.1:PORT/x HTTP/1.1",
    host: "127.0.0.1:PORT",
  },
];

for (const row of REQUESTS) {
  Deno.test(`http: what is asked for ${row.name}`, async () => {
    const [line, host] = (await heardBy(row.target)).heard.split("\r\n");
    deepStrictEqual([line, host], [row.line, `Host: ${row.host}`]);
  });
}

Deno.test("http: a user and password in the URL are sent", async () => {
  const { heard } = await heardBy({ request: "http://joe:se%20cret@127.0.0.1:PORT/" });
  match(heard, /^Authorization: Basic am9lOnNlIGNyZXQ=\r$/m);
});

Deno.test("http: a user and password in the URL are sent as UTF-8, a stray % as it is", async () => {
  const { heard } = await heardBy({ request: "http://jörg:%E2%82%AC100%@127.0.0.1:PORT/" });
  const [, encoded] = /^Authorization: Basic (.*)\r$/m.exec(heard)!;
  strictEqual(new TextDecoder().decode(Uint8Array.fromBase64(encoded)), "jörg:€100%");
});
