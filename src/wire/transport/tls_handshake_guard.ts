/**
 * Reads along what a server sends in the clear during a TLS handshake (RFC 5246, 7.4; RFC 8446, 4), before OpenSSL does,
 * and refuses what would cost this process a second: OpenSSL works with Diffie-Hellman groups of up to 10,000 bits, and
 * does so in one go. Of the keys that TLS 1.3 encrypts none is so costly: an RSA key has at most 16,384 bits (1 ms).
 */

import { ByteBuffer } from "./byte_buffer.ts";
import { ProtocolError } from "./protocol_error.ts";

/** Bits of a finite-field group; 4,096 take 30 ms of the thread at a time, 8,192 take 240, 10,000 take 870. */
const MAX_GROUP_BITS = 4096;

/** Certificates that a server may show: real chains have two to five. */
export const MAX_CERTIFICATES = 32;

/** Bytes of one handshake message, which for all but the certificates are a few hundred. */
export const MAX_HANDSHAKE_MESSAGE: number = 64 * 1024;

/** Bytes of a whole handshake. */
const MAX_HANDSHAKE = 256 * 1024;

const RECORD_HEADER = 5;
const MESSAGE_HEADER = 4;

/** Content types of records (RFC 8446, 5.1). */
const Content = { CHANGE_CIPHER_SPEC: 20, HANDSHAKE: 22 } as const;

/** Types of handshake messages (RFC 5246, 7.4). */
const Message = { SERVER_HELLO: 2, CERTIFICATE: 11, SERVER_KEY_EXCHANGE: 12 } as const;

/** Extensions of a ServerHello (RFC 8446, 4.2). */
const Extension = { SUPPORTED_VERSIONS: 43, KEY_SHARE: 51 } as const;

/** Finite-field groups of TLS 1.3 beyond the bound, by their number (RFC 7919). */
const LARGE_GROUPS: Readonly<Record<number, number>> = { 0x0103: 6144, 0x0104: 8192 };

/** Suites beyond the first 256 with a key exchange over a finite field; there are no others among the first. */
const FINITE_FIELD_SUITES: ReadonlySet<number> = new Set(
  [0xc052, 0xc053, 0xc056, 0xc057, 0xc09e, 0xc09f, 0xc0a2, 0xc0a3, 0xccaa],
);

/** Looks at a handshake piece by piece. */
export class TlsHandshakeGuard {
  #records = new ByteBuffer();
  #messages = new ByteBuffer();
  #size = 0;
  #suite = 0;
  #isTls13 = false;
  /** What follows is encrypted. */
  #isBlind = false;

  /** Takes what the server sent. Throws {@link ProtocolError} for what OpenSSL is not to see. */
  take(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#size > MAX_HANDSHAKE) throw refused(`the server sent more than ${MAX_HANDSHAKE} bytes for a handshake`);
    if (this.#isBlind) return;
    this.#records.append(bytes);
    this.#records = rest(this.#records, this.#takeRecords(this.#records.bytes()));
  }

  /** Gives how many bytes of whole records there were. */
  #takeRecords(bytes: Uint8Array): number {
    let at = 0;
    while (bytes.length - at >= RECORD_HEADER && !this.#isBlind) {
      const end = at + RECORD_HEADER + (bytes[at + 3] << 8 | bytes[at + 4]);
      if (end > bytes.length) break;
      this.#takeRecord(bytes[at], bytes.subarray(at + RECORD_HEADER, end));
      at = end;
    }
    return at;
  }

  #takeRecord(type: number, content: Uint8Array): void {
    // In TLS 1.3 it means nothing (RFC 8446, D.4); before that, all that follows is encrypted.
    if (type === Content.CHANGE_CIPHER_SPEC && !this.#isTls13) this.#isBlind = true;
    if (type !== Content.HANDSHAKE) return;
    this.#messages.append(content);
    this.#messages = rest(this.#messages, this.#takeMessages(this.#messages.bytes()));
  }

  /** Gives how many bytes of whole messages there were. */
  #takeMessages(bytes: Uint8Array): number {
    let at = 0;
    while (bytes.length - at >= MESSAGE_HEADER) {
      const length = uint24(bytes, at + 1);
      if (length > MAX_HANDSHAKE_MESSAGE) {
        const what = bytes[at] === Message.CERTIFICATE ? "its certificates have" : "a message of its handshake has";
        throw refused(`${what} ${length} bytes, at most ${MAX_HANDSHAKE_MESSAGE} are accepted`);
      }
      const end = at + MESSAGE_HEADER + length;
      if (end > bytes.length) break;
      this.#takeMessage(bytes[at], bytes.subarray(at + MESSAGE_HEADER, end));
      at = end;
    }
    return at;
  }

  #takeMessage(type: number, content: Uint8Array): void {
    if (type === Message.SERVER_HELLO) this.#takeHello(content);
    if (type === Message.CERTIFICATE) requireFew(countCertificates(content));
    if (type === Message.SERVER_KEY_EXCHANGE && isFiniteField(this.#suite)) requireSmallGroup(groupBits(content));
  }

  #takeHello(hello: Uint8Array): void {
    // Version, random and session; suite and compression; then the extensions.
    const suite = 35 + (hello[34] ?? 0);
    this.#suite = uint16(hello, suite);
    for (const { type, content } of extensionsIn(hello.subarray(suite + 5))) {
      if (type === Extension.SUPPORTED_VERSIONS) this.#isTls13 = true;
      if (type === Extension.KEY_SHARE) requireSmallGroup(LARGE_GROUPS[uint16(content, 0)] ?? 0);
    }
  }
}

/** Throws {@link ProtocolError} for a chain that is too long. */
export function requireFew(certificates: number): void {
  if (certificates <= MAX_CERTIFICATES) return;
  throw refused(`its chain has ${certificates} certificates, at most ${MAX_CERTIFICATES} are accepted`);
}

function requireSmallGroup(bits: number): void {
  if (bits <= MAX_GROUP_BITS) return;
  throw refused(`its Diffie-Hellman group has ${bits} bits, at most ${MAX_GROUP_BITS} are accepted`);
}

function refused(why: string): ProtocolError {
  return new ProtocolError(`TLS refused: ${why}`);
}

function isFiniteField(suite: number): boolean {
  return suite < 0x0100 || FINITE_FIELD_SUITES.has(suite);
}

/** Of ServerDHParams (RFC 5246, 7.4.3), which begin with the prime. */
function groupBits(exchange: Uint8Array): number {
  const prime = exchange.subarray(2, 2 + uint16(exchange, 0));
  const first = prime.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : 8 * (prime.length - first) - (Math.clz32(prime[first]) - 24);
}

/** RFC 5246, 7.4.2: a list of certificates, each with its length. */
function countCertificates(list: Uint8Array): number {
  let count = 0;
  for (let at = 3; at + 3 <= list.length; at += 3 + uint24(list, at)) count++;
  return count;
}

function* extensionsIn(bytes: Uint8Array) {
  for (let at = 0; at + 4 <= bytes.length;) {
    const end = at + 4 + uint16(bytes, at + 2);
    yield { type: uint16(bytes, at), content: bytes.subarray(at + 4, end) };
    at = end;
  }
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) << 8 | (bytes[at + 1] ?? 0);
}

function uint24(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) << 8 | (bytes[at + 2] ?? 0);
}

/** What a buffer holds from there on, as a buffer of its own. */
function rest(buffer: ByteBuffer, from: number): ByteBuffer {
  if (from === 0) return buffer;
  const left = new ByteBuffer();
  left.append(buffer.bytes().subarray(from));
  return left;
}
