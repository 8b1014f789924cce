/**
 * Ping: many at once over one socket for each address family and origin, open only while an answer is awaited.
 */

import { type Family, familyOf, type IpAddress } from "../../model/address.ts";
import type { Origin } from "../../model/check.ts";
import { Errno, SystemError } from "../../system/libc/errors.ts";
import * as files from "../../system/libc/files.ts";
import * as sockets from "../../system/libc/sockets.ts";
import { decodeEchoReply, ECHO_REPLY, encodeEchoRequest, withoutIpv4Header } from "./icmp_packet.ts";
import { setOrigin } from "./origin.ts";
import { unwatch, watch } from "./readiness.ts";
import { nextTurn } from "../../model/turn.ts";
import { encodeSocketAddress, socketFamily } from "./socket_address.ts";
import type { Ending } from "../../model/ending.ts";

const PROTOCOL: Record<Family, number> = { 4: 1, 6: 58 };
/** `SOL_RAW` and `IPPROTO_ICMPV6`: whom the two filters below are set on. */
const FILTER_LEVEL: Record<Family, number> = { 4: 255, 6: 58 };
/** `ICMP_FILTER` and `ICMP6_FILTER`. */
const FILTER_OPTION = 1;

const SOL_SOCKET = 1;
/** Beyond the system's limit, as root may. */
const SO_RCVBUFFORCE = 33;
/** Bytes of replies that the kernel keeps for us: a few thousand replies, which is a few hundred by default. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

/** As much as ping(8) sends: middle boxes are used to it. */
const PAYLOAD_SIZE = 56;
const MAX_PACKET = 2048;
const packet = new Uint8Array(MAX_PACKET);

/** Packets that are looked at in one go. */
const MOST_AT_ONCE = 1024;

/** A reply is ours if it repeats this, whatever the kernel has made of its id. */
const nonce = crypto.getRandomValues(new Uint8Array(8));

/**
 * Sends one echo request and waits for its reply. `false`: this process may open neither a raw nor a
 * datagram ICMP socket. Throws {@link SystemError}, or the signal's reason.
 */
export async function echo(address: IpAddress, signal: Ending, origin: Origin = {}): Promise<boolean> {
  signal.throwIfAborted();
  const family = familyOf(address);
  const key = `${family} ${origin.address} ${origin.mark}`;
  let asker = askers.get(key);
  if (!asker) {
    asker = EchoSocket.open(family, address, origin, () => askers.delete(key));
    if (!asker) return false;
    askers.set(key, asker);
  }
  await asker.ask(address, signal);
  return true;
}

/** Those that are open, by family and origin. */
const askers = new Map<string, EchoSocket>();

class EchoSocket {
  readonly #fd: number;
  readonly #family: Family;
  readonly #raw: boolean;
  readonly #onClose: () => void;
  readonly #id = crypto.getRandomValues(new Uint16Array(1))[0];
  readonly #waiting = new Map<number, () => void>();
  #isDelayed = false;
  static #lastRequest = 0;

  static open(family: Family, address: IpAddress, origin: Origin, onClose: () => void): EchoSocket | undefined {
    for (const type of [sockets.SOCK_RAW, sockets.SOCK_DGRAM]) {
      const fd = sockets.socket(socketFamily(address), type, PROTOCOL[family]);
      if (fd >= 0) {
        try {
          setOrigin(fd, origin, address);
          return new EchoSocket(fd, family, type === sockets.SOCK_RAW, onClose);
        } catch (error) {
          files.close(fd);
          throw error;
        }
      }
      if (fd !== -Errno.EPERM && fd !== -Errno.EACCES) throw new SystemError("socket", -fd);
    }
    return undefined;
  }

  constructor(fd: number, family: Family, raw: boolean, onClose: () => void) {
    this.#fd = fd;
    this.#onClose = onClose;
    this.#family = family;
    this.#raw = raw;
    if (raw) sockets.setSocketOption(fd, FILTER_LEVEL[family], FILTER_OPTION, onlyReplies(family));
    sockets.setSocketOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, new Uint8Array(Uint32Array.of(RECEIVE_BUFFER).buffer));
    watch(fd, () => this.#receive());
  }

  async ask(address: IpAddress, signal: Ending): Promise<void> {
    const request = EchoSocket.#lastRequest = (EchoSocket.#lastRequest + 1) >>> 0;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort);
    this.#waiting.set(request, resolve);
    try {
      const echo = { id: this.#id, sequence: request & 0xffff, payload: encodePayload(request) };
      const message = encodeEchoRequest(this.#family, echo);
      const sent = sockets.sendTo(this.#fd, message, encodeSocketAddress(address, 0));
      if (sent < 0) throw new SystemError("sendto", -sent);
      // Near hosts answer while we are still asking others, and the kernel drops what is not read.
      this.#receive();
      await promise;
    } finally {
      signal.removeEventListener("abort", abort);
      this.#waiting.delete(request);
      if (this.#waiting.size === 0) this.#close();
    }
  }

  #receive(): void {
    for (let packets = 0; packets < MOST_AT_ONCE; packets++) {
      const count = sockets.recv(this.#fd, packet);
      if (count < 0) return;
      const bytes = packet.subarray(0, count);
      const message = this.#raw && this.#family === 4 ? withoutIpv4Header(bytes) : bytes;
      const reply = decodeEchoReply(this.#family, message);
      // A datagram socket's id is the kernel's, which sees to it that only our replies come here.
      if (!reply || (this.#raw && reply.id !== this.#id)) continue;
      const request = decodePayload(reply.payload);
      if (request !== undefined && (request & 0xffff) === reply.sequence) this.#waiting.get(request)?.();
    }
    // A flood must not keep us here; and for what has come already there will be no further event.
    this.#receiveLater();
  }

  #receiveLater(): void {
    if (this.#isDelayed) return;
    this.#isDelayed = true;
    nextTurn().then(() => {
      this.#isDelayed = false;
      if (this.#waiting.size > 0) this.#receive();
    });
  }

  #close(): void {
    this.#onClose();
    unwatch(this.#fd);
    files.close(this.#fd);
  }
}

function encodePayload(request: number): Uint8Array {
  const payload = new Uint8Array(PAYLOAD_SIZE);
  payload.set(nonce);
  new DataView(payload.buffer).setUint32(nonce.length, request);
  return payload;
}

function decodePayload(payload: Uint8Array): number | undefined {
  if (payload.length !== PAYLOAD_SIZE || nonce.some((byte, i) => payload[i] !== byte)) return undefined;
  return new DataView(payload.buffer, payload.byteOffset).getUint32(nonce.length);
}

/** The filter that keeps the host's other ICMP traffic from us: a set bit blocks its message type. */
function onlyReplies(family: Family): Uint8Array<ArrayBuffer> {
  const blocked = new Uint8Array(family === 4 ? 4 : 32).fill(0xff);
  const type = ECHO_REPLY[family];
  blocked[type >> 3] &= ~(1 << (type & 7));
  return blocked;
}
