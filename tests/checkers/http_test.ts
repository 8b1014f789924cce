import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { CheckTarget } from "../../src/model/check.ts";
import { Secret } from "../../src/model/secret.ts";
import {
  checkOf,
  closedPort,
  closesAtOnce,
  contains,
  flood,
  garbage,
  type Manners,
  silent,
  verdict,
  withPeer,
} from "./peers.ts";

/** Answers every request with the same bytes, then closes. */
function answers(reply: string): Manners {
  return async (client) => {
    await client.hearUntil("\r\n\r\n");
    await client.say(reply);
  };
}

/** Answers, and leaves the connection open. */
function answersAndStays(reply: string): Manners {
  return async (client) => {
    await client.hearUntil("\r\n\r\n");
    await client.say(reply);
    await client.gone();
  };
}

/** Answers by path: `/a` -> a whole reply. */
function site(pages: Record<string, string>): Manners {
  return async (client) => {
    const path = (await client.hearUntil("\r\n\r\n")).split(" ")[1];
    await client.say(pages[path] ?? "HTTP/1.1 404 Not Found\r\n\r\n");
  };
}

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nTest Page";
const asked = { receive: contains("Test Page") };

interface Row {
  readonly name: string;
  readonly peer: Manners;
  readonly target?: Partial<CheckTarget>;
  readonly verdict: string;
}

const ROWS: readonly Row[] = [
  { name: "a page with a length", peer: answers(OK), target: asked, verdict: "up: 200 OK" },
  {
    name: "a status that is expected",
    peer: answers("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"),
    target: { expectStatus: [{ from: 200, to: 204 }, { from: 401, to: 401 }] },
    verdict: "up: 401 Unauthorized",
  },
  {
    name: "a success that is not the expected one",
    peer: answers(OK),
    target: { expectStatus: [{ from: 204, to: 204 }] },
    verdict: "down (reported): 200 OK",
  },
  {
    name: "a redirect that is expected, and not followed",
    peer: answers("HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"),
    target: { expectStatus: [{ from: 300, to: 399 }] },
    verdict: "up: 302 Found",
  },
  { name: "any 2xx", peer: answers("HTTP/1.1 204 No Content\r\n\r\n"), verdict: "up: 204 No Content" },
  {
    name: "a page that ends with the connection",
    peer: answers("HTTP/1.0 200 OK\r\n\r\nTest Page"),
    target: asked,
    verdict: "up: 200 OK",
  },
  { name: "a connection left open after the page", peer: answersAndStays(OK), target: asked, verdict: "up: 200 OK" },
  {
    name: "line ends without CR",
    peer: answers("HTTP/1.1 200 OK\nContent-Length: 9\n\nTest Page"),
    target: asked,
    verdict: "up: 200 OK",
  },
  { name: "a status without a reason", peer: answers("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"), verdict: "up: 200" },
  {
    name: "interim replies",
    peer: answers(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${OK}`),
    target: asked,
    verdict: "up: 200 OK",
  },
  {
    name: "chunks",
    peer: answersAndStays(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nTest \r\n4;x=y\r\nPage\r\n0\r\n\r\n",
    ),
    target: asked,
    verdict: "up: 200 OK",
  },
  {
    name: "chunks without trailer end",
    peer: answersAndStays("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nTest Page\r\n0\r\n"),
    target: asked,
    verdict: "up: 200 OK",
  },
  {
    name: "bytes beyond ASCII, one character each",
    peer: answers("HTTP/1.0 200 OK\r\n\r\n\x80\xe4\xff"),
    target: { receive: contains("\x80\xe4\xff") },
    verdict: "up: 200 OK",
  },
  {
    name: "a header folded over two lines",
    peer: answers("HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n"),
    verdict: "up: 200 OK",
  },
  {
    name: "another page",
    peer: answers("HTTP/1.0 200 OK\r\n\r\nnothing here"),
    target: asked,
    verdict: "down (mismatch): reply does not match receive: /Test Page/",
  },
  {
    name: "the page with a bad status",
    peer: answers("HTTP/1.0 503 Service Unavailable\r\n\r\nTest Page"),
    target: asked,
    verdict: "down (reported): 503 Service Unavailable",
  },
  {
    name: "a page cut short",
    peer: answers("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nTest Page"),
    target: asked,
    verdict: "down (protocol): the server closed the connection after 9 of the body's 20 bytes",
  },
  {
    name: "chunks cut short",
    peer: answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nTest Page\r\n"),
    target: asked,
    verdict: "down (protocol): the server closed the connection within a chunked body",
  },
  {
    name: "a chunk cut short",
    peer: answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nTest Page"),
    verdict: "down (protocol): the server closed the connection within a chunk",
  },
  {
    name: "a chunk longer than its size",
    peer: answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nTest Page\r\n0\r\n\r\n"),
    verdict: "down (protocol): a chunk is longer than its size",
  },
  {
    name: "a chunk of no size",
    peer: answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nTest\r\n"),
    verdict: "down (protocol): the reply has a bad chunk size: Test",
  },
  {
    name: "a length that is none",
    peer: answers("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
    verdict: "down (protocol): the reply has a bad Content-Length: -1",
  },
  {
    name: "two lengths",
    peer: answers("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
    verdict: "down (protocol): the reply has a bad Content-Length: 1, 2",
  },
  {
    name: "the same length twice",
    peer: answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab"),
    verdict: "up: 200 OK",
  },
  {
    name: "another protocol",
    peer: answers("SSH-2.0-OpenSSH_9.2\r\n"),
    verdict: "down (protocol): not an HTTP reply: SSH-2.0-OpenSSH_9.2",
  },
  { name: "garbage", peer: garbage, verdict: "down (protocol): not an HTTP reply: …" },
  {
    name: "a close without a word",
    peer: answers(""),
    verdict: "down (protocol): the server closed the connection without a reply",
  },
  {
    name: "a close within the header",
    peer: answers("HTTP/1.1 200 OK\r\nServer: x\r\n"),
    verdict: "down (protocol): the server closed the connection within the reply's header",
  },
  {
    name: "interim replies without end",
    peer: flood("HTTP/1.1 100 Continue\r\n\r\n"),
    verdict: "down (protocol): the server sent more than 16 interim replies",
  },
  {
    name: "a header without end",
    peer: flood("X-Flood: yes\r\n", "HTTP/1.1 200 OK\r\n"),
    verdict: "down (protocol): the reply's header has more than 65536 bytes",
  },
  {
    name: "a line without end",
    peer: flood("x"),
    verdict: "down (protocol): the server sent a line of more than 16384 bytes",
  },
  {
    name: "a body without end that matches in its first MiB",
    peer: flood("Test Page ", "HTTP/1.1 200 OK\r\n\r\n"),
    target: asked,
    verdict: "up: 200 OK",
  },
  {
    name: "a body without end that does not",
    peer: flood("x", "HTTP/1.1 200 OK\r\n\r\n"),
    target: asked,
    verdict: "down (mismatch): reply does not match receive: /Test Page/",
  },
  {
    name: "one chunk without end",
    peer: flood("x", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n"),
    verdict: "up: 200 OK",
  },
  {
    name: "tiny chunks without end",
    peer: flood("1\r\nx\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    verdict: "up: 200 OK",
  },
  {
    name: "chunks with more said of them than is in them, without end",
    peer: flood(`1;${"x".repeat(1000)}\r\nx\r\n`, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    verdict: "down (protocol): the reply's chunk extensions have more than 65536 bytes",
  },
  {
    name: "HEAD, whose length is not its body's",
    peer: answersAndStays("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
    target: { httpMethod: "HEAD" },
    verdict: "up: 200 OK",
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
    verdict: "down (reported): 302 Found: redirected to another server: http://elsewhere.example/",
  },
  {
    name: "a redirect to another port",
    peer: site({ "/": "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n" }),
    verdict: "down (reported): 302 Found: redirected to another server: http://127.0.0.1:1/",
  },
  {
    name: "a redirect to https",
    peer: site({ "/": "HTTP/1.1 302 Found\r\nLocation: https://www.example.com/\r\n\r\n" }),
    target: { virtualHost: "www.example.com" },
    verdict: "down (reported): 302 Found: redirected to TLS: https://www.example.com/ (write service = https, or " +
      "expectstatus = 302)",
  },
  {
    name: "a redirect to https by the server's address",
    peer: site({ "/": "HTTP/1.1 301 Moved\r\nLocation: https://127.0.0.1/x\r\n\r\n" }),
    verdict: "down (reported): 301 Moved: redirected to TLS: https://127.0.0.1/x (write service = https, or " +
      "expectstatus = 301)",
  },
  {
    name: "a redirect to https at another host",
    peer: site({ "/": "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\n\r\n" }),
    verdict: "down (reported): 302 Found: redirected to another server: https://elsewhere.example/",
  },
  {
    name: "a redirect to nowhere",
    peer: site({ "/": "HTTP/1.1 302 Found\r\n\r\n" }),
    verdict: "down (reported): 302 Found",
  },
  {
    name: "a redirect in a circle",
    peer: site({ "/": "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n" }),
    verdict: "down (reported): more than 5 redirects",
  },
];

for (const row of ROWS) {
  Deno.test(`http: ${row.name}`, async () => {
    await withPeer(row.peer, async (peer) => {
      const said = await verdict(checkOf({ ...peer, ...row.target }));
      if (row.verdict.endsWith("…")) ok(said.startsWith(row.verdict.slice(0, -1)), said);
      else strictEqual(said, row.verdict);
    });
  });
}

Deno.test("http: an absolute redirect to the server's own address is followed", async () => {
  let port = 0;
  const peer: Manners = (client) =>
    site({ "/": `HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:${port}/b\r\n\r\n`, "/b": OK })(client);
  await withPeer(peer, async (at) => {
    port = at.port;
    strictEqual(await verdict(checkOf({ ...at, ...asked })), "up: 200 OK");
  });
});

Deno.test("http: a port that nobody listens on is refused", async () => {
  strictEqual(await verdict(checkOf({ port: closedPort() })), "down (refused): connection refused");
});

Deno.test("http: a server that closes at once is down", async () => {
  await withPeer(closesAtOnce, async (peer) => {
    match(
      await verdict(checkOf(peer)),
      /^down \((refused|protocol)\): (connection reset|the server closed the connection without a reply)$/,
    );
  });
});

const STALLS: readonly Row[] = [
  { name: "before the reply", peer: silent, verdict: "waiting for the reply to GET /" },
  { name: "within the status line", peer: answersAndStays("HTTP/1.1 2"), verdict: "waiting for the reply to GET /" },
  {
    name: "within the header",
    peer: answersAndStays("HTTP/1.1 200 OK\r\nServer:"),
    verdict: "waiting for more after HTTP/1.1 200 OK",
  },
  {
    name: "within the body",
    peer: answersAndStays("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nTest"),
    verdict: "waiting for more after HTTP/1.1 200 OK",
  },
  {
    name: "within a body without length",
    peer: answersAndStays("HTTP/1.1 200 OK\r\n\r\nTest Page"),
    verdict: "waiting for more after HTTP/1.1 200 OK",
  },
  {
    name: "within a chunk",
    peer: answersAndStays("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nTest"),
    verdict: "waiting for more after HTTP/1.1 200 OK",
  },
];

for (const row of STALLS) {
  Deno.test(`http: a stall ${row.name} is down at the deadline`, async () => {
    await withPeer(row.peer, async (peer) => {
      const said = await verdict(checkOf(peer, { negotiateTimeout: 0.1 }));
      strictEqual(said, `down (timeout): no answer within 0.1 s (${row.verdict})`);
    });
  });
}

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

Deno.test("http: IPv6", async () => {
  const peer = answers(OK);
  await withPeer(peer, async (at) => strictEqual(await verdict(checkOf({ ...at, ...asked })), "up: 200 OK"), {
    hostname: "::1",
  });
});

Deno.test("http: a name that does not resolve says nothing of the server", async () => {
  strictEqual(
    await verdict(checkOf({ request: "http://no-such-name.invalid/", requestIsOwn: true })),
    "down (internal): the name no-such-name.invalid does not resolve",
  );
});
