/**
 * What we have code of our own for because Deno cannot do it. A test here that fails is good news: Deno can do it now, and
 * the record in docs/adr that the test names is to be looked at again.
 */

import { rejects, strictEqual, throws } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { connect as connectHttp2 } from "node:http2";
import { Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { Duplex } from "node:stream";
import { freePort } from "./ports.ts";

const CERTIFICATES = new URL("checkers/certificates/", import.meta.url);
const HOST = "127.0.0.1";

/** Milliseconds after which a socket that was closed and is still open counts as kept. */
const KEPT = 500;

/** Milliseconds after which a promise that is still open counts as never settled. */
const NEVER = 5_000;

/** Returns what a promise gives, or throws when it gives nothing in time. */
async function bounded<T>(promise: Promise<T>): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`nothing within ${NEVER} ms`)), NEVER);
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}

function pem(name: string): string {
  return Deno.readTextFileSync(new URL(name, CERTIFICATES));
}

function portOf({ addr }: Deno.Listener | Deno.TlsListener): number {
  return (addr as Deno.NetAddr).port;
}

/** Runs `work` against a TLS server with a self-signed certificate. */
async function withSelfSigned<T>(work: (port: number) => Promise<T>): Promise<T> {
  const listener = Deno.listenTls({ hostname: HOST, port: 0, cert: pem("self-signed.pem"), key: pem("server.key") });
  const accepting = listener.accept().then(async (client) => {
    await client.handshake().catch(() => {});
    // Until the client is gone.
    await client.read(new Uint8Array(1)).catch(() => {});
    client.close();
  });
  try {
    return await work(portOf(listener));
  } finally {
    await accepting;
    listener.close();
  }
}

/** Accepts one connection, and gives it with what it sent first. */
async function firstWords(connect: (port: number) => void): Promise<{ client: Deno.Conn; words: Uint8Array }> {
  const listener = Deno.listen({ hostname: HOST, port: 0 });
  connect(portOf(listener));
  const client = await listener.accept();
  listener.close();
  const buffer = new Uint8Array(4096);
  const count = await client.read(buffer);
  return { client, words: buffer.subarray(0, count ?? 0) };
}

function nodeTls(port: number, options: ConnectionOptions = {}): TLSSocket {
  const socket = connectTls({ host: HOST, port, rejectUnauthorized: false, ...options });
  socket.on("error", () => {});
  return socket;
}

const CERTIFICATE_OPTIONS = [
  { unsafelyDisableHostnameVerification: true },
  { unsafelyIgnoreCertificateErrors: [HOST] },
  { unsafelyIgnoreCertificateErrors: true },
  { rejectUnauthorized: false },
];

for (const options of CERTIFICATE_OPTIONS) {
  Deno.test(`Deno.connectTls still cannot take any certificate: ${JSON.stringify(options)} (ADR 0003)`, async () => {
    await withSelfSigned(async (port) => {
      const connection = await Deno.connectTls({ hostname: HOST, port, ...options });
      await rejects(connection.handshake(), /invalid peer certificate: UnknownIssuer/);
      connection.close();
    });
  });
}

Deno.test("node:tls still cannot say that it takes a certificate which is not valid (ADR 0003)", async () => {
  await withSelfSigned(async (port) => {
    const socket = nodeTls(port);
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    socket.on("secureConnect", () => resolve(socket.authorized));
    socket.on("error", reject);
    strictEqual(await bounded(promise), true);
    socket.destroy();
  });
});

const STALLED: readonly { name: string; start(port: number): () => void }[] = [
  {
    name: "Deno.connectTls",
    start(port) {
      const connected = Deno.connectTls({ hostname: HOST, port });
      connected.then((connection) => connection.handshake()).catch(() => {});
      return () => void connected.then((connection) => connection.close());
    },
  },
  {
    name: "node:tls",
    start(port) {
      const socket = nodeTls(port);
      return () => socket.destroy();
    },
  },
];

for (const { name, start } of STALLED) {
  Deno.test({
    name: `${name} still cannot close the socket of a handshake that has stalled (ADR 0003)`,
    // What the test proves is a leak.
    sanitizeResources: false,
    fn: async () => {
      let close = () => {};
      const { client } = await firstWords((port) => close = start(port));
      close();
      let timer: number | undefined;
      const kept = new Promise<"kept">((resolve) => timer = setTimeout(() => resolve("kept"), KEPT));
      const heard = client.read(new Uint8Array(1)).then(() => "closed", () => "closed");
      strictEqual(await Promise.race([heard, kept]), "kept");
      clearTimeout(timer);
      client.close();
      await heard;
    },
  });
}

Deno.test("node:tls still cannot speak TLS 1.0 or 1.1 (ADR 0003)", async () => {
  const ended = Promise.withResolvers<void>();
  const { client, words } = await firstWords((port) => {
    nodeTls(port, { minVersion: "TLSv1", maxVersion: "TLSv1.1" }).on("close", () => ended.resolve());
  });
  strictEqual(offeredVersions(words).join(), "304,303");
  client.close();
  await bounded(ended.promise);
});

/** The versions in a ClientHello's extension supported_versions (RFC 8446, 4.1.2 and 4.2.1), in hexadecimal digits. */
function offeredVersions(hello: Uint8Array): string[] {
  const view = new DataView(hello.buffer, hello.byteOffset, hello.length);
  // Behind the headers of record and message, the old version and the random bytes.
  let at = 5 + 4 + 2 + 32;
  at += 1 + view.getUint8(at);
  at += 2 + view.getUint16(at);
  at += 1 + view.getUint8(at) + 2;
  while (at < hello.length && view.getUint16(at) !== 43) at += 4 + view.getUint16(at + 2);
  const count = view.getUint8(at + 4) / 2;
  return Array.from({ length: count }, (_, i) => view.getUint16(at + 5 + 2 * i).toString(16));
}

/** The body of a reply to GET over HTTP/2. */
async function getOver(port: number, createConnection: () => Duplex): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // An error of the session may come after that of the request.
  const session = connectHttp2(`https://${HOST}:${port}`, { createConnection });
  session.on("error", reject);
  const request = session.request({ ":path": "/" });
  let body = "";
  request.on("error", reject);
  request.on("data", (piece) => body += piece);
  request.on("end", () => resolve(body));
  request.end();
  return await bounded(promise);
}

Deno.test("node:http2 still cannot speak over a TLS stream that is there already (ADR 0004)", async () => {
  const tls = { cert: pem("valid.pem"), key: pem("server.key") };
  const server = Deno.serve({ hostname: HOST, port: 0, onListen() {}, ...tls }, () => new Response("heard"));
  const socket = nodeTls(server.addr.port, { ALPNProtocols: ["h2"] });
  await rejects(getOver(server.addr.port, () => socket), /Failed to open TCP handle/);
  socket.destroy();
  await server.shutdown();
});

Deno.test("node:http2 still cannot speak over a stream of ours (ADR 0004)", async () => {
  const stream = new Duplex({ read() {}, write: (_bytes, _encoding, done) => done() });
  await rejects(getOver(80, () => stream), /socket\.on is not a function/);
  stream.destroy();
});

Deno.test("Deno still cannot ping (ADR 0003)", async () => {
  await rejects(async () => await Deno.connect({ transport: "icmp", hostname: HOST, port: 0 } as never));
  throws(() => Deno.listen({ transport: "icmp", hostname: HOST, port: 0 } as never));
});

Deno.test("Deno still cannot be handed an open socket (ADR 0003)", () => {
  throws(() => new Socket({ fd: 0 }), /fd option/);
});

Deno.test("Deno still cannot send a datagram to a unix socket without an unstable flag (ADR 0003)", () => {
  strictEqual(Reflect.get(Deno, "listenDatagram"), undefined);
});

Deno.test("node:dgram still cannot hear that a port is unreachable (ADR 0003)", async () => {
  const socket = createSocket("udp4");
  const errors: Error[] = [];
  socket.on("error", (error) => errors.push(error));
  await new Promise<void>((resolve) => socket.connect(freePort(), HOST, () => resolve()));
  // Over loopback the kernel knows when the first call returns; the second one of a socket that is connected reports it.
  for (let i = 0; i < 3; i++) {
    const failed = await bounded(new Promise((resolve) => socket.send(Uint8Array.of(1), (error) => resolve(error))));
    strictEqual(failed, null);
  }
  strictEqual(errors.length, 0);
  await new Promise<void>((resolve) => socket.close(() => resolve()));
});

Deno.test("V8 still cannot match an expression in linear time by a flag (ADR 0002)", () => {
  throws(() => new RegExp("a", "l"), SyntaxError);
});
