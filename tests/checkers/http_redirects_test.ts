import { strictEqual } from "node:assert/strict";
import { checkOf, type Manners, verdict, withPeer } from "./peers.ts";
import { answers, asked, OK, site, tryRows } from "./http_peers.ts";

/** Redirects, and where they lead. */
tryRows([
  {
    name: "a redirect that is expected, and not followed",
    peer: answers("HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"),
    target: { expectStatus: [{ from: 300, to: 399 }] },
    verdict: "up: 302 Found",
  },
  {
    name: "a redirect to a path",
    peer: site({ "/": "HTTP/1.1 302 Found\r\nLocation: /b?c=d\r\n\r\n", "/b?c=d": OK }),
    target: asked,
    verdict: "up: 200 OK",
  },
  {
    name: "a redirect to a neighbour",
    peer: site({ "/x/a": "HTTP/1.1 301 Moved\r\nLocation: b\r\n\r\n", "/x/b": OK }),
    target: { ...asked, request: "/x/a" },
    verdict: "up: 200 OK",
  },
  {
    name: "a redirect to a path beyond ASCII",
    peer: site({ "/": "HTTP/1.1 302 Found\r\nLocation: /K\xc3\xb6ln\r\n\r\n", "/K%C3%B6ln": OK }),
    target: asked,
    verdict: "up: 200 OK",
  },
  {
    name: "a redirect by the virtual host's name",
    peer: site({ "/": "HTTP/1.1 308 Moved\r\nLocation: http://WWW.example.com/b\r\n\r\n", "/b": OK }),
    target: { ...asked, virtualHost: "www.example.com" },
    verdict: "up: 200 OK",
  },
  {
    name: "a redirect to another host",
    peer: site({ "/": "HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\n\r\n" }),
    verdict: "down (reported): 302 Found … another server: http://elsewhere.example/",
  },
  {
    name: "a redirect to another port",
    peer: site({ "/": "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n" }),
    verdict: "down (reported): 302 Found … another server: http://127.0.0.1:1/",
  },
  {
    name: "a redirect to https",
    peer: site({ "/": "HTTP/1.1 302 Found\r\nLocation: https://www.example.com/\r\n\r\n" }),
    target: { virtualHost: "www.example.com" },
    verdict: "down (reported): 302 Found … TLS: https://www.example.com/ … service = https … expectstatus = 302 …",
  },
  {
    name: "a redirect to https by the server's address",
    peer: site({ "/": "HTTP/1.1 301 Moved\r\nLocation: https://127.0.0.1/x\r\n\r\n" }),
    verdict: "down (reported): 301 Moved … TLS: https://127.0.0.1/x … service = https … expectstatus = 301 …",
  },
  {
    name: "a redirect to https at another host",
    peer: site({ "/": "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\n\r\n" }),
    verdict: "down (reported): 302 Found … another server: https://elsewhere.example/",
  },
  {
    name: "a redirect to nowhere",
    peer: site({ "/": "HTTP/1.1 302 Found\r\n\r\n" }),
    verdict: "down (reported): 302 Found",
  },
  {
    name: "a redirect in a circle",
    peer: site({ "/": "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n" }),
    verdict: "down (reported): … 5 redirects",
  },
]);

Deno.test("http: an absolute redirect to the server's own address is followed", async () => {
  let port = 0;
  const peer: Manners = (client) =>
    site({ "/": `HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:${port}/b\r\n\r\n`, "/b": OK })(client);
  await withPeer(peer, async (at) => {
    port = at.port;
    strictEqual(await verdict(checkOf({ ...at, ...asked })), "up: 200 OK");
  });
});
