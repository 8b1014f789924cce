/**
 * UDP to one peer.
 */

import type { IpAddress } from "../../model/address.ts";
import type { Origin } from "../../model/check.ts";
import { Errno, SystemError } from "../../system/libc/errors.ts";
import * as files from "../../system/libc/files.ts";
import * as sockets from "../../system/libc/sockets.ts";
import { setOrigin } from "./origin.ts";
import { unwatch, watch } from "./readiness.ts";
import { isLongByReading, nextTurn, noteRead } from "../../model/turn.ts";
import { decodeSocketAddress, encodeSocketAddress, socketFamily } from "./socket_address.ts";
import type { Ending } from "../../model/ending.ts";

const MAX_DATAGRAM = 65_535;
const landing = new Uint8Array(MAX_DATAGRAM);

/** A socket that sends to and hears one peer only. All throw {@link SystemError}. */
export interface UdpSocket {
  /** Sends one datagram. */
  send(datagram: Uint8Array<ArrayBuffer>): void;
  /** The next datagram. An ICMP port-unreachable is thrown as `ECONNREFUSED`. */
  receive(): Promise<Uint8Array<ArrayBuffer>>;
  /** Our own end, as the peer sees it unless addresses are translated on the way. */
  local(): { readonly address: IpAddress; readonly port: number };
  /** Throws what the network has reported meanwhile, if anything. */
  requireHealth(): void;
  /** Drops the socket. Harmless when it is dropped already. */
  close(): void;
}

/**
 * Opens a socket to an address. It belongs to `signal`: when that is aborted, the socket is gone. `onHeard` is called
 * whenever the peer has sent something.
 */
export function connectUdp(
  address: IpAddress,
  port: number,
  signal: Ending,
  origin: Origin = {},
  onHeard = () => {},
): UdpSocket {
  signal.throwIfAborted();
  const fd = sockets.socket(socketFamily(address), sockets.SOCK_DGRAM, 0);
  if (fd < 0) throw new SystemError("socket", -fd);
  try {
    setOrigin(fd, origin, address);
    const failure = sockets.connect(fd, encodeSocketAddress(address, port));
    if (failure < 0) throw new SystemError("connect", -failure);
  } catch (error) {
    files.close(fd);
    throw error;
  }
  return new ConnectedUdp(fd, signal, onHeard);
}

class ConnectedUdp implements UdpSocket {
  #fd: number;
  readonly #signal: Ending;
  readonly #onHeard: () => void;
  #wake?: () => void;

  constructor(fd: number, signal: Ending, onHeard: () => void) {
    this.#fd = fd;
    this.#signal = signal;
    this.#onHeard = onHeard;
    watch(fd, () => this.#wake?.());
    signal.addEventListener("abort", this.#abort);
  }

  readonly #abort = () => this.close();

  send(datagram: Uint8Array<ArrayBuffer>): void {
    // What the network has reported meanwhile would look like a failure of the sending.
    this.requireHealth();
    const sent = sockets.send(this.#fd, datagram);
    if (sent < 0) throw new SystemError("send", -sent);
  }

  async receive(): Promise<Uint8Array<ArrayBuffer>> {
    while (this.#fd >= 0) {
      if (isLongByReading()) await nextTurn();
      if (this.#fd < 0) break;
      const count = sockets.recv(this.#fd, landing);
      if (count >= 0) {
        noteRead(count);
        this.#onHeard();
        return landing.slice(0, count);
      }
      if (count !== -Errno.EAGAIN && count !== -Errno.EINTR) throw new SystemError("network", -count);
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    this.#signal.throwIfAborted();
    throw new Error("the socket is closed already");
  }

  local(): { readonly address: IpAddress; readonly port: number } {
    return decodeSocketAddress(sockets.socketName(this.#fd))!;
  }

  requireHealth(): void {
    const failure = sockets.pendingError(this.#fd);
    if (failure > 0) throw new SystemError("network", failure);
  }

  close(): void {
    if (this.#fd < 0) return;
    this.#signal.removeEventListener("abort", this.#abort);
    unwatch(this.#fd);
    files.close(this.#fd);
    this.#fd = -1;
    this.#wake?.();
  }
}
