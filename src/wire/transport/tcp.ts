/**
 * TCP by the system's own calls, and what is spoken in the same way.
 *
 * `Deno.connect` and `Deno.Conn` do the same with about twice the system calls and a thread's hop for each of them;
 * a director that checks hundreds of servers a second feels both.
 */

import type { IpAddress } from "../../model/address.ts";
import type { Origin } from "../../model/check.ts";
import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, EPOLLRDHUP } from "../../system/libc/epoll.ts";
import { Errno, SystemError } from "../../system/libc/errors.ts";
import * as files from "../../system/libc/files.ts";
import * as sockets from "../../system/libc/sockets.ts";
import type { ByteStream } from "./byte_stream.ts";
import { setOrigin } from "./origin.ts";
import { unwatch, unwatchShared, watch } from "./readiness.ts";
import { sctpSocket } from "./sctp_socket.ts";
import { encodeSocketAddress, socketFamily } from "./socket_address.ts";
import { isLongByReading, nextTurn, noteRead } from "../../model/turn.ts";
import type { Ending } from "../../model/ending.ts";

/**
 * Where every read lands before it is copied out: one for all, because a read never waits. No larger than what takes a
 * few milliseconds to decrypt and to look at, in whatever records and lines it comes.
 */
const landing = new Uint8Array(16 * 1024);

/** Any of these and the next read or write tells what happened. */
const BROKEN = EPOLLERR | EPOLLHUP;

/**
 * Connects to an address. The connection belongs to `signal`: when that is aborted, the connection is gone and
 * whatever waits on it is rejected. `onHeard` is called whenever the peer has sent something. Throws
 * {@link SystemError}, its call being `network` for what the network, or the peer, has reported.
 */
export function connectTcp(
  address: IpAddress,
  port: number,
  signal: Ending,
  origin: Origin = {},
  onHeard = () => {},
): Promise<ByteStream> {
  return connected(address, port, signal, origin, onHeard);
}

/** As {@link connectTcp}, for another process: gives the bare descriptor, which belongs to the caller. */
export async function connectDescriptor(
  address: IpAddress,
  port: number,
  signal: Ending,
  origin: Origin = {},
): Promise<number> {
  return (await connected(address, port, signal, origin, () => {})).release();
}

/** The connection of a descriptor that another process has connected; it belongs to `signal` from now on. */
export function adoptTcp(fd: number, signal: Ending, onHeard = () => {}): ByteStream {
  const stream = new TcpStream(fd, signal, onHeard);
  stream.watch();
  if (signal.aborted) stream.close();
  return stream;
}

/** As {@link connectTcp}, over SCTP: a listening socket takes an association for a connection (RFC 6458, 4). */
export function connectSctp(
  address: IpAddress,
  port: number,
  signal: Ending,
  origin: Origin = {},
): Promise<ByteStream> {
  return connected(address, port, signal, origin, () => {}, sctpSocket);
}

async function connected(
  address: IpAddress,
  port: number,
  signal: Ending,
  origin: Origin,
  onHeard: () => void,
  newSocket = tcpSocket,
): Promise<TcpStream> {
  signal.throwIfAborted();
  const fd = newSocket(socketFamily(address));
  if (fd < 0) throw new SystemError("socket", -fd);
  const stream = new TcpStream(fd, signal, onHeard);
  try {
    setOrigin(fd, origin, address);
    stream.connect(encodeSocketAddress(address, port));
    await stream.connected();
    return stream;
  } catch (error) {
    stream.close();
    throw error;
  }
}

function tcpSocket(family: number): number {
  return sockets.socket(family, sockets.SOCK_STREAM, 0);
}

class TcpStream implements ByteStream {
  #fd: number;
  readonly #signal: Ending;
  readonly #onHeard: () => void;
  #readable = false;
  #writable = false;
  /** The peer has closed, or the connection is broken: no further change will be reported. */
  #ended = false;
  #reader?: () => void;
  #writer?: () => void;

  constructor(fd: number, signal: Ending, onHeard: () => void) {
    this.#fd = fd;
    this.#signal = signal;
    this.#onHeard = onHeard;
    signal.addEventListener("abort", this.#abort);
  }

  readonly #abort = () => this.close();

  /** Begins to connect. */
  connect(address: Uint8Array<ArrayBuffer>): void {
    const outcome = sockets.connect(this.#fd, address);
    if (outcome < 0 && outcome !== -Errno.EINPROGRESS) throw new SystemError("connect", -outcome);
    this.watch();
  }

  /** Resolves when the connection is there. */
  async connected(): Promise<void> {
    while (this.#waitsForRoom()) await this.#room();
    this.#requireOpen();
    if (!this.#ended) return;
    const failure = sockets.pendingError(this.#fd);
    if (failure > 0) throw new SystemError("network", failure);
  }

  /** Has what happens to the descriptor reported. */
  watch(): void {
    watch(this.#fd, (events) => this.#changed(events));
  }

  /** Gives the descriptor away, as it is. */
  release(): number {
    const fd = this.#fd;
    this.#signal.removeEventListener("abort", this.#abort);
    unwatchShared(fd);
    this.#fd = -1;
    return fd;
  }

  async read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    for (;;) {
      while (this.#fd >= 0 && !this.#readable) await this.#arrival();
      this.#requireOpen();
      if (isLongByReading()) {
        await nextTurn();
        this.#requireOpen();
      }
      const count = sockets.recv(this.#fd, landing);
      if (count === 0) return undefined;
      if (count > 0) {
        noteRead(count);
        this.#onHeard();
        // A read that was not filled has drained the socket (epoll(7), "edge-triggered"), and the next arrival is a
        // new event; but the end of the stream is no new event when it was reported together with these bytes.
        if (count < landing.length && !this.#ended) this.#readable = false;
        return landing.slice(0, count);
      }
      if (count === -Errno.EAGAIN) this.#readable = false;
      else if (count !== -Errno.EINTR) throw new SystemError("network", -count);
    }
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      while (this.#waitsForRoom()) await this.#room();
      this.#requireOpen();
      const count = sockets.send(this.#fd, rest);
      if (count >= 0) rest = rest.subarray(count);
      else if (count === -Errno.EAGAIN) this.#writable = false;
      else if (count !== -Errno.EINTR) throw new SystemError("network", -count);
    }
  }

  closeWrite(): Promise<void> {
    sockets.shutdownWrite(this.#fd);
    return Promise.resolve();
  }

  close(): void {
    if (this.#fd < 0) return;
    this.#signal.removeEventListener("abort", this.#abort);
    unwatch(this.#fd);
    files.close(this.#fd);
    this.#fd = -1;
    this.#wake();
  }

  #changed(events: number): void {
    if (events & (BROKEN | EPOLLRDHUP)) this.#ended = true;
    if (this.#ended || events & EPOLLIN) this.#readable = true;
    if (events & (BROKEN | EPOLLOUT)) this.#writable = true;
    this.#wake();
  }

  #wake(): void {
    this.#reader?.();
    this.#writer?.();
  }

  /** Resolves at the next news, as {@link #room} does. */
  #arrival(): Promise<void> {
    return new Promise((resolve) => this.#reader = resolve);
  }

  #room(): Promise<void> {
    return new Promise((resolve) => this.#writer = resolve);
  }

  #waitsForRoom(): boolean {
    return this.#fd >= 0 && !this.#writable;
  }

  #requireOpen(): void {
    this.#signal.throwIfAborted();
    if (this.#fd < 0) throw new Error("the connection is closed already");
  }
}
