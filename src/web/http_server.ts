/**
 * A server of HTTP/1.1 (RFC 9112) that only answers GET and HEAD, and that no number of clients can bring down: Deno.serve
 * bounds neither its connections nor the time that a request may take to arrive.
 */

/** What was asked. */
export interface Asked {
  readonly method: string;
  /** As it was asked for, with the host; it may make no sense. */
  readonly url: string;
}

/** How much a server takes. */
export interface HttpLimits {
  /** Connections in all, and from one address. */
  readonly connections: number;
  readonly perAddress: number;
  /** Milliseconds that a request may take to arrive, and the client to take more of its answer. */
  readonly patience: number;
}

const USUAL: HttpLimits = { connections: 512, perAddress: 256, patience: 10_000 };

/** Bytes of a request's head. */
const LONGEST_HEAD = 16_384;

/** Bytes of answers that are on their way to clients, which may be slow; one alone may have more. */
const MOST_ON_THE_WAY = 128 * 1024 * 1024;

/** Requests of one connection. */
const MOST_REQUESTS = 1_000;

/** Milliseconds until clients are let in again after that has failed, for want of a descriptor, say. */
const RETRY = 200;

/** Milliseconds that a client has for its request before it has to make room for another. */
const GRACE = 250;

/** Milliseconds for which a client that was refused may go on sending. */
const LINGER = 500;

interface Client {
  readonly conn: Deno.TcpConn;
  readonly address: string;
  /** Since when it has to say something next: such a one may be sent away. */
  waitsSince: number | undefined;
  timer?: number;
}

/** Listens, and has `answer` answer each request; it must not reject. */
export class HttpServer {
  readonly #listener: Deno.TcpListener;
  readonly #answer: (asked: Asked) => Promise<Response>;
  readonly #limits: HttpLimits;
  /** The one that has waited longest comes before all others that wait. */
  readonly #clients = new Set<Client>();
  readonly #perAddress = new Map<string, number>();
  readonly #accepting: Promise<void>;
  #closed = false;
  #onTheWay = 0;

  /** Listens. Throws `Deno.errors.*` when it cannot. */
  constructor(
    where: { readonly hostname: string; readonly port: number },
    answer: (asked: Asked) => Promise<Response>,
    limits: Partial<HttpLimits> = {},
  ) {
    this.#answer = answer;
    this.#limits = { ...USUAL, ...limits };
    this.#listener = Deno.listen({ hostname: where.hostname, port: where.port });
    this.#accepting = this.#accept();
  }

  /** Where it listens. */
  get address(): Deno.NetAddr {
    return this.#listener.addr as Deno.NetAddr;
  }

  /** Resolves when it has ended. */
  get finished(): Promise<void> {
    return this.#accepting;
  }

  /** Ends it, and every connection. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#listener.close();
    for (const client of this.#clients) this.#drop(client);
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    while (!this.#closed) {
      const conn = await this.#listener.accept().catch(() => undefined);
      if (conn) await this.#admit(conn);
      else if (!this.#closed) await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }

  /** Where there are too many already, the one that has waited longest makes room, or else the new one goes. */
  async #admit(conn: Deno.TcpConn): Promise<void> {
    const address = (conn.remoteAddr as Deno.NetAddr).hostname;
    const client: Client = { conn, address, waitsSince: performance.now() };
    if (this.#isFull(address)) {
      const isCrowded = (this.#perAddress.get(address) ?? 0) >= this.#limits.perAddress;
      await this.#makeRoom(isCrowded ? (each) => each.address === address : () => true);
    }
    if (this.#closed || this.#isFull(address)) return closeQuietly(conn);
    this.#clients.add(client);
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    this.#serve(client).catch(() => {}).finally(() => this.#drop(client));
  }

  #isFull(address: string): boolean {
    return this.#clients.size >= this.#limits.connections ||
      (this.#perAddress.get(address) ?? 0) >= this.#limits.perAddress;
  }

  /** Drops the one that has waited longest, when it has waited for a moment: meanwhile others wait to be let in. */
  async #makeRoom(isMeant: (client: Client) => boolean): Promise<void> {
    for (const client of this.#clients) {
      if (client.waitsSince === undefined || !isMeant(client)) continue;
      const rest = client.waitsSince + GRACE - performance.now();
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
      if (client.waitsSince !== undefined) this.#drop(client);
      return;
    }
  }

  #drop(client: Client): void {
    clearTimeout(client.timer);
    if (!this.#clients.delete(client)) return;
    const left = this.#perAddress.get(client.address)! - 1;
    if (left > 0) this.#perAddress.set(client.address, left);
    else this.#perAddress.delete(client.address);
    closeQuietly(client.conn);
  }

  /** Drops the client unless it does something before its time is over. */
  #hurry(client: Client): void {
    clearTimeout(client.timer);
    client.timer = setTimeout(() => this.#drop(client), this.#limits.patience);
  }

  /** Rejects when the client leaves in the middle, or is sent away. */
  async #serve(client: Client): Promise<void> {
    const reader = new HeadReader(client.conn);
    for (let requests = 1;; requests++) {
      if (requests > 1) this.#wait(client);
      this.#hurry(client);
      const head = await reader.next();
      if (head === undefined) return;
      client.waitsSince = undefined;
      const request = head === "too long" ? refusal(431, "The request's head is too long.") : parseHead(head);
      if (request instanceof Response) {
        await this.#send(client, request, { method: "GET", isOld: false, keeps: false });
        // Bytes that were not read would have the system take the answer back (RFC 9112, 9.6).
        await client.conn.closeWrite();
        return await this.#linger(client);
      }
      const keeps = request.keeps && requests < MOST_REQUESTS && !this.#closed;
      await this.#send(client, await this.#answer(request), { ...request, keeps });
      if (!keeps) return;
    }
  }

  #wait(client: Client): void {
    client.waitsSince = performance.now();
    // It goes to the end of the line.
    if (this.#clients.delete(client)) this.#clients.add(client);
  }

  /** Lets the client end. */
  async #linger(client: Client): Promise<void> {
    client.waitsSince = performance.now();
    client.timer = setTimeout(() => this.#drop(client), LINGER);
    for (const bytes = new Uint8Array(LONGEST_HEAD); await client.conn.read(bytes) !== null;);
  }

  async #send(client: Client, response: Response, request: Omit<Request, "url">): Promise<void> {
    const { headers, status, body } = response;
    const isStream = headers.get("content-type") === "text/event-stream";
    const whole = isStream ? undefined : new Uint8Array(await response.arrayBuffer());
    if (whole && this.#onTheWay > 0 && this.#onTheWay + whole.length > MOST_ON_THE_WAY) {
      return await this.#send(client, refusal(503, "Too many slow clients: ask again."), request);
    }
    const length = whole ? `content-length: ${whole.length}` : request.isOld ? "" : "transfer-encoding: chunked";
    const keeps = request.keeps && !(isStream && request.isOld);
    const lines = [
      `HTTP/1.1 ${status} ${REASONS[status] ?? ""}`,
      ...[...headers].map(([name, value]) => `${name}: ${value}`),
      `date: ${new Date().toUTCString()}`,
      `connection: ${keeps ? "keep-alive" : "close"}`,
      ...length ? [length] : [],
    ];
    const write = (bytes: Uint8Array) => this.#write(client, bytes);
    await write(encoder.encode(`${lines.join("\r\n")}\r\n\r\n`));
    if (request.method === "HEAD") return await body?.cancel().catch(() => {});
    if (whole) return await this.#writeWhole(client, whole);
    const stream = body!.getReader();
    try {
      for (let { done, value } = await stream.read(); !done; { done, value } = await stream.read()) {
        if (!request.isOld) await write(encoder.encode(`${value!.length.toString(16)}\r\n`));
        await write(value!);
        if (!request.isOld) await write(encoder.encode("\r\n"));
      }
      if (!request.isOld) await write(encoder.encode("0\r\n\r\n"));
    } finally {
      await stream.cancel().catch(() => {});
    }
    if (!keeps) throw new Gone();
  }

  async #writeWhole(client: Client, bytes: Uint8Array): Promise<void> {
    this.#onTheWay += bytes.length;
    try {
      await this.#write(client, bytes);
    } finally {
      this.#onTheWay -= bytes.length;
    }
  }

  /** Writes all of it; the client has its time anew for each part. */
  async #write(client: Client, bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      if (!this.#clients.has(client)) throw new Gone();
      this.#hurry(client);
      rest = rest.subarray(await client.conn.write(rest.subarray(0, PART)));
    }
    clearTimeout(client.timer);
  }
}

/** Bytes that are written at once. */
const PART = 65_536;

/** The client is no more. */
class Gone extends Error {}

interface Request extends Asked {
  /** Whether it speaks HTTP/1.0. */
  readonly isOld: boolean;
  /** Whether the connection stays open for another request. */
  readonly keeps: boolean;
}

/** What a head asks for, or the answer to one that is not valid here. */
function parseHead(head: string): Request | Response {
  const [first, ...lines] = head.split("\r\n");
  const [, method, target, version] = /^([A-Z]+) (\S+) HTTP\/(\d\.\d)$/.exec(first) ?? [];
  if (!version) return refusal(400, "This is no request of HTTP/1.1.");
  if (version !== "1.1" && version !== "1.0") return refusal(505, "HTTP/1.1 is spoken here.");
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined) return refusal(400, "A line of the request's head is not valid.");
    fields.set(name.toLowerCase(), value);
  }
  const host = fields.get("host");
  if (host === undefined && version === "1.1") return refusal(400, "The request's Host is missing.");
  // What a body has is not read: it would be the next request.
  const hasBody = fields.has("transfer-encoding") || Number(fields.get("content-length") ?? 0) !== 0;
  const connection = (fields.get("connection") ?? "").toLowerCase();
  const isOld = version === "1.0";
  const keeps = !hasBody && (isOld ? connection.includes("keep-alive") : !connection.includes("close"));
  return { method, url: target.startsWith("/") ? `http://${host ?? "localhost"}${target}` : target, isOld, keeps };
}

function refusal(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { "content-type": "text/plain;charset=UTF-8" } });
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  421: "Misdirected Request",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

const encoder = new TextEncoder();

/** The heads of a connection's requests, one after the other; clients need not wait for an answer before the next. */
class HeadReader {
  readonly #conn: Deno.TcpConn;
  #rest = "";

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** The next head without its empty line; `undefined` when the client has ended. */
  async next(): Promise<string | "too long" | undefined> {
    const bytes = new Uint8Array(LONGEST_HEAD);
    for (let looked = 0;;) {
      // Empty lines before a request are ignored (RFC 9112, 2.2).
      if (looked === 0) this.#rest = this.#rest.replace(/^(\r\n)+/, "");
      const end = this.#rest.indexOf("\r\n\r\n", Math.max(0, looked - 3));
      if (end >= 0) {
        const head = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 4);
        return head;
      }
      if (this.#rest.length >= LONGEST_HEAD) return "too long";
      looked = this.#rest.length;
      const read = await this.#conn.read(bytes);
      if (read === null) return undefined;
      this.#rest += latin1.decode(bytes.subarray(0, read));
    }
  }
}

const latin1 = new TextDecoder("latin1");

function closeQuietly(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It is closed already.
  }
}
