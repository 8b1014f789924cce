/**
 * RADIUS packets as a client needs them that logs a user in by password (RFC 2865; RFC 3579, 3.2), or asks the server
 * how it is (RFC 5997).
 */

import { Buffer } from "node:buffer";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { familyOf, type IpAddress, ipToBytes } from "../../model/address.ts";
import { ProtocolError } from "../transport/protocol_error.ts";
import { UnusableValue } from "../transport/unusable_value.ts";

/** RFC 2865, 4: what a packet is. */
const ACCESS_REQUEST = 1;
/** RFC 5997, 2. */
const STATUS_SERVER = 12;
const REPLIES = { 2: "Access-Accept", 3: "Access-Reject", 5: "Accounting-Response", 11: "Access-Challenge" } as const;

/** RFC 2865, 5: what an attribute is. */
const USER_NAME = 1;
const USER_PASSWORD = 2;
const NAS_IP_ADDRESS = 4;
const REPLY_MESSAGE = 18;
const NAS_IDENTIFIER = 32;
const MESSAGE_AUTHENTICATOR = 80;
/** RFC 3162, 2.1. */
const NAS_IPV6_ADDRESS = 95;

const HEADER_LENGTH = 20;
const MAX_LENGTH = 4096;
const MAX_ATTRIBUTE = 253;
/** Bytes of an MD5 digest, of an authenticator, and of what a password is padded to a multiple of. */
const DIGEST_LENGTH = 16;
/** RFC 2865, 5.2. */
const MAX_PASSWORD = 128;

/** A login to be tried, or without a user the question whether the server is there. */
export interface AccessRequest {
  readonly identifier: number;
  /** 16 random bytes: they hide the password and bind the reply to this request. */
  readonly authenticator: Uint8Array;
  readonly user?: string;
  readonly password?: string;
  /** The client: our host's name and the address that it asks from. */
  readonly nasName: string;
  readonly nasAddress: IpAddress;
}

/** What the server decided. */
export interface AccessReply {
  readonly kind: typeof REPLIES[keyof typeof REPLIES];
  /** Its words for the user; may be empty. */
  readonly message: string;
}

/** A request with an identifier and an authenticator of its own. */
export function accessRequest(login: Omit<AccessRequest, "identifier" | "authenticator">): AccessRequest {
  const [identifier, ...authenticator] = crypto.getRandomValues(new Uint8Array(1 + DIGEST_LENGTH));
  return { ...login, identifier, authenticator: Uint8Array.from(authenticator) };
}

/**
 * The packet on the wire. It is signed (Message-Authenticator), and the signature stands first, as every server wants
 * it since CVE-2024-3596 ("Blast-RADIUS"). Throws {@link UnusableValue} for a user or password that is too long for RADIUS.
 */
export function encodeAccessRequest(request: AccessRequest, secret: string): Uint8Array<ArrayBuffer> {
  const { identifier, authenticator, user, password = "", nasName, nasAddress } = request;
  const login = user === undefined ? [] : [
    attribute(USER_NAME, utf8(user)),
    attribute(USER_PASSWORD, hidePassword(utf8(password), authenticator, utf8(secret))),
  ];
  const attributes = [
    attribute(MESSAGE_AUTHENTICATOR, new Uint8Array(DIGEST_LENGTH)),
    ...login,
    attribute(NAS_IDENTIFIER, utf8(nasName)),
    attribute(familyOf(nasAddress) === 4 ? NAS_IP_ADDRESS : NAS_IPV6_ADDRESS, ipToBytes(nasAddress)),
  ];
  const length = attributes.reduce((sum, { length }) => sum + length, HEADER_LENGTH);
  const packet = joined([
    Uint8Array.of(user === undefined ? STATUS_SERVER : ACCESS_REQUEST, identifier, length >> 8, length & 0xff),
    authenticator,
    ...attributes,
  ]);
  packet.set(hmac(packet, utf8(secret)), HEADER_LENGTH + 2);
  return packet;
}

/**
 * What a packet decides of `request`; `undefined` when it answers another one, and "unsigned" when it is not signed
 * with our secret: then it is ignored (RFC 2865, 3: Response Authenticator). Throws {@link ProtocolError}.
 */
export function decodeAccessReply(
  bytes: Uint8Array,
  request: AccessRequest,
  secret: string,
): AccessReply | "unsigned" | undefined {
  if (bytes.length < HEADER_LENGTH || bytes[1] !== request.identifier) return undefined;
  const kind = REPLIES[bytes[0] as keyof typeof REPLIES];
  const length = bytes[2] << 8 | bytes[3];
  if (!kind || length < HEADER_LENGTH || length > Math.min(bytes.length, MAX_LENGTH)) return undefined;
  // What follows the packet is padding (RFC 2865, 3).
  const packet = bytes.slice(0, length);
  const signed = packet.slice();
  signed.set(request.authenticator, 4);
  const expected = md5(signed, utf8(secret));
  if (!timingSafeEqual(expected, packet.subarray(4, HEADER_LENGTH))) return "unsigned";

  let message = "";
  for (const { type, value, start } of attributesOf(packet)) {
    if (type === REPLY_MESSAGE) message += new TextDecoder().decode(value);
    if (type === MESSAGE_AUTHENTICATOR && !isSignature(signed, value, start, secret)) return "unsigned";
  }
  return { kind, message };
}

/** RFC 3579, 3.2: the packet's HMAC with the request's authenticator, the signature itself being zeros. */
function isSignature(signed: Uint8Array, value: Uint8Array, start: number, secret: string): boolean {
  if (value.length !== DIGEST_LENGTH) return false;
  const blank = signed.slice();
  blank.fill(0, start, start + DIGEST_LENGTH);
  return timingSafeEqual(hmac(blank, utf8(secret)), value);
}

function* attributesOf(packet: Uint8Array) {
  for (let at = HEADER_LENGTH; at < packet.length;) {
    const [type, length = 0] = packet.subarray(at, at + 2);
    if (length < 2 || at + length > packet.length) throw new ProtocolError("the server sent a broken attribute");
    yield { type, value: packet.subarray(at + 2, at + length), start: at + 2 };
    at += length;
  }
}

/** RFC 2865, 5.2: the password in blocks, each XORed with a digest of the secret and the block before. */
function hidePassword(password: Uint8Array, authenticator: Uint8Array, secret: Uint8Array): Uint8Array {
  if (password.length > MAX_PASSWORD) {
    throw new UnusableValue(`RADIUS knows no password of more than ${MAX_PASSWORD} bytes`);
  }
  const blocks = Math.max(1, Math.ceil(password.length / DIGEST_LENGTH));
  const hidden = new Uint8Array(blocks * DIGEST_LENGTH);
  hidden.set(password);
  let before = authenticator;
  for (let at = 0; at < hidden.length; at += DIGEST_LENGTH) {
    const mask = md5(secret, before);
    for (let i = 0; i < DIGEST_LENGTH; i++) hidden[at + i] ^= mask[i];
    before = hidden.subarray(at, at + DIGEST_LENGTH);
  }
  return hidden;
}

function attribute(type: number, value: Uint8Array): Uint8Array {
  if (value.length > MAX_ATTRIBUTE) {
    throw new UnusableValue(`RADIUS knows no value of more than ${MAX_ATTRIBUTE} bytes`);
  }
  return joined([Uint8Array.of(type, value.length + 2), value]);
}

function md5(...pieces: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("md5");
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}

function hmac(packet: Uint8Array, secret: Uint8Array): Uint8Array {
  return createHmac("md5", secret).update(packet).digest();
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(pieces));
}
