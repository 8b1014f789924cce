import { match, strictEqual } from "node:assert/strict";
import { freePort } from "../ports.ts";
import { checkOf, closesAtOnce, contains, flood, garbage, silent, verdict, withPeer } from "./peers.ts";
import { answers, answersAndStays, asked, OK, type Row, tryRows } from "./http_peers.ts";

/** Replies, and what is made of them. */
tryRows([
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
    verdict: "down (mismatch): … /Test Page/",
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
    verdict: "down (protocol): … 9 … 20 bytes",
  },
  {
    name: "chunks cut short",
    peer: answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nTest Page\r\n"),
    target: asked,
    verdict: "down (protocol): … closed … chunked body",
  },
  {
    name: "a chunk cut short",
    peer: answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nTest Page"),
    verdict: "down (protocol): … closed … chunk",
  },
  {
    name: "a chunk longer than its size",
    peer: answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nTest Page\r\n0\r\n\r\n"),
    verdict: "down (protocol): … chunk … size",
  },
  {
    name: "a chunk of no size",
    peer: answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nTest\r\n"),
    verdict: "down (protocol): … chunk size: Test",
  },
  {
    name: "an empty line in place of a chunk's size",
    peer: answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n"),
    verdict: "down (protocol): … chunk size: an empty line",
  },
  {
    name: "a length that is none",
    peer: answers("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
    verdict: "down (protocol): … Content-Length: -1",
  },
  {
    name: "two lengths",
    peer: answers("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
    verdict: "down (protocol): … Content-Length: 1, 2",
  },
  {
    name: "the same length twice",
    peer: answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab"),
    verdict: "up: 200 OK",
  },
  {
    name: "another protocol",
    peer: answers("SSH-2.0-OpenSSH_9.2\r\n"),
    verdict: "down (protocol): … SSH-2.0-OpenSSH_9.2",
  },
  { name: "garbage", peer: garbage, verdict: "down (protocol): … HTTP …" },
  {
    name: "a close without a word",
    peer: answers(""),
    verdict: "down (protocol): … closed … without a reply",
  },
  {
    name: "a close within the header",
    peer: answers("HTTP/1.1 200 OK\r\nServer: x\r\n"),
    verdict: "down (protocol): … closed … header",
  },
  {
    name: "interim replies without end",
    peer: flood("HTTP/1.1 100 Continue\r\n\r\n"),
    verdict: "down (protocol): … 16 interim replies",
  },
  {
    name: "a header without end",
    peer: flood("X-Flood: yes\r\n", "HTTP/1.1 200 OK\r\n"),
    verdict: "down (protocol): … header … 65536 bytes",
  },
  {
    name: "a line without end",
    peer: flood("x"),
    verdict: "down (protocol): … line … 16384 bytes",
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
    verdict: "down (mismatch): … /Test Page/",
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
    verdict: "down (protocol): … chunk extensions … 65536 bytes",
  },
  {
    name: "HEAD: its length is not that of a body",
    peer: answersAndStays("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
    target: { httpMethod: "HEAD" },
    verdict: "up: 200 OK",
  },
]);

Deno.test("http: a closed port is refused", async () => {
  strictEqual(await verdict(checkOf({ port: freePort() })), "down (refused): connection refused");
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
