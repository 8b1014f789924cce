/**
 * SIP messages as a client sees them that only asks whether a server is there (RFC 3261): OPTIONS, and replies.
 */

import type { ByteReader } from "../transport/byte_reader.ts";
import { ByteBuffer } from "../transport/byte_buffer.ts";
import { lineBeginning, ProtocolError } from "../transport/protocol_error.ts";

/** Bytes of one line, of all lines before the body, and of a body. */
const MAX_LINE = 4096;
const MAX_HEAD = 64 * 1024;
const MAX_BODY = 64 * 1024;

/** What makes one OPTIONS request differ from another. */
export interface OptionsRequest {
  /** Whom it asks, and as whom: `user@host`. */
  readonly party: string;
  readonly transport: "UDP" | "TCP" | "TLS";
  /** Our own end, which is where a reply goes: `192.0.2.1:40000`. */
  readonly sentBy: string;
  /** Unlike that of any other request, and of its dialogue. */
  readonly branch: string;
  readonly tag: string;
  readonly callId: string;
}

/** A request with identifiers of its own. */
export function optionsRequest(party: string, transport: OptionsRequest["transport"], sentBy: string): OptionsRequest {
  return { party, transport, sentBy, branch: randomToken(), tag: randomToken(), callId: `${randomToken()}@${sentBy}` };
}

function randomToken(): string {
  return crypto.getRandomValues(new Uint8Array(12)).toHex();
}

/**
 * The request on the wire (RFC 3261, 11.1). The branch begins with what marks it as unique (8.1.1.7), and `rport` asks
 * for the reply to where the request came from, whatever stands in Via (RFC 3581).
 */
export function encodeOptions(request: OptionsRequest): Uint8Array<ArrayBuffer> {
  const { party, transport, sentBy, branch, tag, callId } = request;
  const lines = [
    `OPTIONS sip:${party} SIP/2.0`,
    `Via: SIP/2.0/${transport} ${sentBy};branch=z9hG4bK${branch};rport`,
    "Max-Forwards: 70",
    `To: <sip:${party}>`,
    `From: <sip:${party}>;tag=${tag}`,
    `Call-ID: ${callId}`,
    "CSeq: 1 OPTIONS",
    `Contact: <sip:${sentBy};transport=${transport.toLowerCase()}>`,
    "Accept: application/sdp",
    "User-Agent: ldirectord",
    "Content-Length: 0",
  ];
  return new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`);
}

/** What a message says that may be a reply to ours. */
export interface SipReply {
  readonly status: number;
  readonly reason: string;
  readonly callId: string;
}

/** Headers by their names, the short ones (RFC 3261, 7.3.3) included. */
const CALL_ID: ReadonlySet<string> = new Set(["call-id", "i"]);
const CONTENT_LENGTH: ReadonlySet<string> = new Set(["content-length", "l"]);

/** Reads the lines up to the empty one; `undefined` for what is no reply: a request, or no SIP at all. */
export function decodeSipReply(head: string): SipReply | undefined {
  const status = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?/.exec(head);
  if (!status) return undefined;
  const lines = head.replaceAll("\r\n", "\n").split("\n\n", 1)[0];
  return {
    status: Number(status[1]),
    reason: status[2] ?? "",
    callId: headerOf(lines, CALL_ID) ?? "",
  };
}

/** The value of the first header with one of these names. */
function headerOf(lines: string, names: ReadonlySet<string>): string | undefined {
  for (const line of lines.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0 && names.has(line.slice(0, colon).trimEnd().toLowerCase())) return line.slice(colon + 1).trim();
  }
  return undefined;
}

/**
 * Reads one message from a connection, with its body (RFC 3261, 18.3); `undefined` for one that is no reply.
 * Throws {@link ProtocolError}.
 */
export async function readSipReply(reader: ByteReader): Promise<SipReply | undefined> {
  const head = await readHead(reader);
  if (!/^[^\n]*\bSIP\/2\.0\b/.test(head)) throw new ProtocolError(`not a SIP message: ${lineBeginning(head)}`);
  const given = headerOf(head, CONTENT_LENGTH) ?? "";
  const length = /^\d{1,9}$/.test(given) ? Number(given) : 0;
  if (length > MAX_BODY) throw new ProtocolError(`the server sent a body of more than ${MAX_BODY} bytes`);
  const missing = length - await reader.fill(new ByteBuffer(), length);
  if (missing > 0) throw new ProtocolError("the server closed the connection within a message");
  return decodeSipReply(head);
}

/** Empty lines in front are keep-alives (RFC 5626, 3.5.1). */
async function readHead(reader: ByteReader): Promise<string> {
  let head = "";
  for (let size = 0; size <= MAX_HEAD;) {
    const line = await reader.line(MAX_LINE);
    if (line === undefined) throw new ProtocolError("the server closed the connection");
    size += line.length + 2;
    if (line === "" && head !== "") return head;
    if (line !== "") head += `${line}\n`;
  }
  throw new ProtocolError(`the server sent a header of more than ${MAX_HEAD} bytes`);
}
