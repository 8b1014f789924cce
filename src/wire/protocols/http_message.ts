/**
 * HTTP/1.1 messages as a client sees them (RFC 9112): a request without a body, a reply with one.
 * Strict where a mistake could pass a sick server, lenient where old servers are merely untidy.
 */

import { ByteBuffer } from "../transport/byte_buffer.ts";
import { ByteReader } from "../transport/byte_reader.ts";
import type { ByteStream } from "../transport/byte_stream.ts";
import { decodeLatin1, encodeLatin1 } from "../transport/latin1.ts";
import { lineBeginning, ProtocolError } from "../transport/protocol_error.ts";

/** Bytes of a body that are read and matched; what follows them is not waited for. */
export const MAX_BODY = 1024 * 1024;
/** Bytes of a status line, a header line or a chunk's size line. */
const MAX_LINE = 16 * 1024;
/** Bytes of all the header lines of one reply. */
const MAX_HEAD = 64 * 1024;
/** Interim replies (1xx) before the final one. */
const MAX_INTERIM = 16;

const encoder = new TextEncoder();

/** A request: the parts of its first line, its header lines in order, and a body. */
export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST";
  /** Origin-form `/path?query`, or absolute-form for a proxy (RFC 9112, 3.2). */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** One character a byte; its length is to be among the headers. */
  readonly body?: string;
}

/** A final reply. */
export interface HttpReply {
  readonly status: number;
  /** May be empty: HTTP/1.1 leaves it to the server. */
  readonly reason: string;
  readonly headers: HttpHeaders;
  /** One character a byte; at most {@link MAX_BODY} of them. */
  readonly body: string;
}

/** The header lines of a reply. A check looks at three of them at most, so they are looked through when one is asked for. */
class HttpHeaders {
  readonly #lines: string[] = [];

  /** Adds a line that has a name, or that continues the one before. */
  add(line: string): void {
    // A line that begins with a blank continues the one before (RFC 9112, 5.2: obsolete, and still met).
    if (line.startsWith(" ") || line.startsWith("\t")) {
      const before = this.#lines.pop();
      if (before !== undefined) this.#lines.push(`${before.trimEnd()} ${line.trim()}`);
    } else if (line.indexOf(":") > 0) this.#lines.push(line);
  }

  /** The value by a lower-case name; of a repeated one the values joined by a comma (RFC 9110, 5.3). */
  get(name: string): string | undefined {
    let value: string | undefined;
    for (const line of this.#lines) {
      if (!hasName(line, name)) continue;
      const own = line.slice(line.indexOf(":") + 1).trim();
      value = value === undefined ? own : `${value}, ${own}`;
    }
    return value;
  }
}

/** Whether a header line has that name, which is in lower case. */
function hasName(line: string, name: string): boolean {
  if (line[0].toLowerCase() !== name[0]) return false;
  const colon = line.indexOf(":");
  return colon >= name.length && line.slice(0, colon).trimEnd().toLowerCase() === name;
}

/** The request as it goes on the wire. */
export function encodeRequest(request: HttpRequest): Uint8Array<ArrayBuffer> {
  const lines = [`${request.method} ${request.target} HTTP/1.1`];
  for (const [name, value] of request.headers) lines.push(`${name}: ${value}`);
  const head = encoder.encode(`${lines.join("\r\n")}\r\n\r\n`);
  if (request.body === undefined) return head;
  const whole = new Uint8Array(head.length + request.body.length);
  whole.set(head);
  whole.set(encodeLatin1(request.body), head.length);
  return whole;
}

/**
 * Reads the final reply to a request with `method`; interim ones (1xx) are skipped.
 * `onStatus` hears the status line as soon as it is there. Throws {@link ProtocolError}.
 */
export async function readReply(
  stream: Pick<ByteStream, "read">,
  method: HttpRequest["method"],
  onStatus: (line: string) => void = () => {},
): Promise<HttpReply> {
  const reader = new ByteReader(stream);
  for (let interim = 0; interim <= MAX_INTERIM; interim++) {
    const { status, reason } = parseStatus(await reader.line(MAX_LINE), onStatus);
    const headers = await readHeaders(reader);
    if (status < 200) continue;
    const body = method === "HEAD" || status === 204 || status === 304 ? "" : await readBody(reader, headers);
    return { status, reason, headers, body };
  }
  throw new ProtocolError(`the server sent more than ${MAX_INTERIM} interim replies`);
}

function parseStatus(line: string | undefined, onStatus: (line: string) => void) {
  if (line === undefined) throw new ProtocolError("the server closed the connection without a reply");
  const match = /^HTTP\/1\.\d ([1-9]\d\d)(?: (.*))?$/.exec(line.trimEnd());
  if (!match) throw new ProtocolError(`not an HTTP reply: ${lineBeginning(line)}`);
  onStatus(line);
  return { status: Number(match[1]), reason: match[2] ?? "" };
}

async function readHeaders(reader: ByteReader): Promise<HttpHeaders> {
  const headers = new HttpHeaders();
  for (let size = 0;;) {
    const line = reader.lineThere(MAX_LINE) ?? await reader.line(MAX_LINE);
    if (line === undefined) throw new ProtocolError("the server closed the connection within the reply's header");
    if (line === "") return headers;
    size += line.length;
    if (size > MAX_HEAD) throw new ProtocolError(`the reply's header has more than ${MAX_HEAD} bytes`);
    headers.add(line);
  }
}

/** RFC 9112, 6.3: how long the body is, in the order in which the ways to say so count. */
async function readBody(reader: ByteReader, headers: HttpHeaders): Promise<string> {
  const coding = headers.get("transfer-encoding");
  const length = headers.get("content-length");
  const body = new ByteBuffer();
  if (coding !== undefined && /(^|[, \t])chunked$/i.test(coding)) await readChunked(reader, body);
  else if (coding === undefined && length !== undefined) await readCounted(reader, parseLength(length), body);
  else await reader.fill(body, MAX_BODY);
  return decodeLatin1(body.bytes());
}

/** A list of equal lengths is what a proxy makes of a repeated header (RFC 9112, 6.3). */
function parseLength(text: string): number {
  const [length, ...others] = text.split(",").map((part) => part.trim());
  if (others.some((other) => other !== length) || !/^\d{1,15}$/.test(length)) {
    throw new ProtocolError(`the reply has a bad Content-Length: ${text.slice(0, 40)}`);
  }
  return Number(length);
}

async function readCounted(reader: ByteReader, length: number, body: ByteBuffer): Promise<void> {
  const wanted = Math.min(length, MAX_BODY);
  const count = await reader.fill(body, wanted);
  if (count < wanted) {
    throw new ProtocolError(`the server closed the connection after ${count} of the body's ${length} bytes`);
  }
}

/** RFC 9112, 7.1 and 7.1.1. Extensions are ignored, within the bound of a header; trailers are not waited for. */
async function readChunked(reader: ByteReader, body: ByteBuffer): Promise<void> {
  for (let ignored = 0; body.length < MAX_BODY;) {
    const line = await reader.line(MAX_LINE);
    if (line === undefined) throw new ProtocolError("the server closed the connection within a chunked body");
    const match = /^[ \t]*([0-9a-f]{1,12})[ \t]*(;.*)?$/i.exec(line);
    if (!match) throw new ProtocolError(`the reply has a bad chunk size: ${lineBeginning(line.slice(0, 40))}`);
    ignored += match[2]?.length ?? 0;
    if (ignored > MAX_HEAD) throw new ProtocolError(`the reply's chunk extensions have more than ${MAX_HEAD} bytes`);
    const size = parseInt(match[1], 16);
    if (size === 0) return;
    const wanted = Math.min(size, MAX_BODY - body.length);
    if (await reader.fill(body, wanted) < wanted) {
      throw new ProtocolError("the server closed the connection within a chunk");
    }
    if (body.length < MAX_BODY && await reader.line(MAX_LINE) !== "") {
      throw new ProtocolError("a chunk is longer than its size");
    }
  }
}
