/**
 * LDAP messages as a client needs them that binds and looks for one entry (RFC 4511, 4). Ours are written by ldapts; a
 * server's are read here, as ldapts does not come back from one with wrong inner lengths.
 */

import { BindRequest, ExtendedRequest, PresenceFilter, SearchRequest, UnbindRequest } from "ldapts";
import { BerTag, contentOf, decodeElements, decodeText, decodeUnsigned } from "./ber.ts";
import { ByteBuffer } from "../transport/byte_buffer.ts";
import type { ByteReader } from "../transport/byte_reader.ts";
import { ProtocolError } from "../transport/protocol_error.ts";

/** Bytes of one message. */
const MAX_MESSAGE = 1024 * 1024;

/** What a server's message is (RFC 4511, 4.2 to 4.12): the tag of an application. */
const Operation = { BIND_RESPONSE: 0x61, SEARCH_ENTRY: 0x64, SEARCH_DONE: 0x65, EXTENDED_RESPONSE: 0x78 } as const;

/** "No attributes": the name of an entry is all that is wanted (RFC 4511, 4.5.1.8). */
const NO_ATTRIBUTES = "1.1";
const START_TLS = "1.3.6.1.4.1.1466.20037";

/** What a server sends, as far as it matters here. */
export type LdapReply =
  | { readonly kind: "entry"; readonly id: number; readonly dn: string }
  | {
    readonly kind: "bound" | "searched" | "extended";
    readonly id: number;
    readonly code: number;
    readonly text: string;
  }
  /** A referral, or something else that a search may bring besides entries. */
  | { readonly kind: "other"; readonly id: number };

/** A simple bind; anonymous where both are empty (RFC 4513, 5.1). */
export function encodeBind(id: number, dn: string, password: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(new BindRequest({ messageId: id, dn, password }).write());
}

/** The search for the entry `dn` itself. */
export function encodeBaseSearch(id: number, dn: string): Uint8Array<ArrayBuffer> {
  const filter = new PresenceFilter({ attribute: "objectClass" });
  const request = new SearchRequest({
    messageId: id,
    baseDN: dn,
    scope: "base",
    derefAliases: "find",
    timeLimit: 0,
    attributes: [NO_ATTRIBUTES],
    filter,
  });
  return Uint8Array.from(request.write());
}

/** The goodbye, which is not answered. */
export function encodeUnbind(id: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(new UnbindRequest({ messageId: id }).write());
}

/** The request to go over to TLS (RFC 4511, 4.14.1). */
export function encodeStartTls(id: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(new ExtendedRequest({ messageId: id, oid: START_TLS }).write());
}

/** Reads one message. Throws {@link ProtocolError}. */
export async function readLdapReply(reader: ByteReader): Promise<LdapReply> {
  const message = new ByteBuffer();
  await take(reader, message, 2);
  const [tag, first] = message.bytes();
  if (tag !== BerTag.SEQUENCE) throw new ProtocolError("not an LDAP message");
  await take(reader, message, await readLength(reader, message, first));
  return decodeLdapReply(message.bytes());
}

/** BER, X.690 8.1.3: short lengths in one byte, longer ones in as many as the first byte says. */
async function readLength(reader: ByteReader, message: ByteBuffer, first: number): Promise<number> {
  if (first < 0x80) return first;
  const count = first - 0x80;
  if (count < 1 || count > 4) throw new ProtocolError("not an LDAP message");
  await take(reader, message, count);
  const length = message.bytes().slice(-count).reduce((sum, byte) => sum * 256 + byte, 0);
  if (length > MAX_MESSAGE) throw new ProtocolError(`the server sent a message of more than ${MAX_MESSAGE} bytes`);
  return length;
}

async function take(reader: ByteReader, message: ByteBuffer, count: number): Promise<void> {
  if (await reader.fill(message, count) < count) throw new ProtocolError("the server closed the connection");
}

/** The operations that end with a result (RFC 4511, 4.1.9). */
const RESULT_KINDS: Readonly<Record<number, "bound" | "searched" | "extended">> = {
  [Operation.BIND_RESPONSE]: "bound",
  [Operation.SEARCH_DONE]: "searched",
  [Operation.EXTENDED_RESPONSE]: "extended",
};

/** Decodes one whole message. Throws {@link ProtocolError}. */
export function decodeLdapReply(bytes: Uint8Array): LdapReply {
  const [message] = decodeElements(bytes);
  const [number, operation] = decodeElements(contentOf(message, BerTag.SEQUENCE));
  const id = decodeUnsigned(contentOf(number, BerTag.INTEGER));
  const content = contentOf(operation);
  const kind = RESULT_KINDS[operation.tag];
  if (!kind && operation.tag !== Operation.SEARCH_ENTRY) return { kind: "other", id };
  const [first, , diagnostic] = decodeElements(content);
  if (!kind) return { kind: "entry", id, dn: decodeText(contentOf(first, BerTag.OCTET_STRING)) };
  const code = decodeUnsigned(contentOf(first, BerTag.ENUMERATED));
  return { kind, id, code, text: decodeText(contentOf(diagnostic, BerTag.OCTET_STRING)) };
}

/** A result in words (RFC 4511, appendix A): its name, and what the server said. */
export function ldapResult({ code, text }: { readonly code: number; readonly text: string }): string {
  const name = RESULTS[code] ?? `result code ${code}`;
  return text === "" ? name : `${name}: ${text}`;
}

/** Results that say that we may not, rather than that the server can't. */
export const REJECTIONS: ReadonlySet<number> = new Set([7, 8, 13, 48, 49, 50]);

/** There is no such entry. */
export const NO_SUCH_OBJECT = 32;

const RESULTS: Readonly<Record<number, string>> = {
  1: "operationsError",
  2: "protocolError",
  3: "timeLimitExceeded",
  7: "authMethodNotSupported",
  8: "strongerAuthRequired",
  10: "referral",
  11: "adminLimitExceeded",
  13: "confidentialityRequired",
  32: "noSuchObject",
  34: "invalidDNSyntax",
  48: "inappropriateAuthentication",
  49: "invalidCredentials",
  50: "insufficientAccessRights",
  51: "busy",
  52: "unavailable",
  53: "unwillingToPerform",
  80: "other",
};
