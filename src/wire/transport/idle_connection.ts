/**
 * A TCP connection on which nothing is said: it tells when the peer ends it, or when the peer's host is gone.
 */

import type { IpAddress } from "../../model/address.ts";
import type { Origin } from "../../model/check.ts";
import { Errno, SystemError } from "../../system/libc/errors.ts";
import * as files from "../../system/libc/files.ts";
import * as sockets from "../../system/libc/sockets.ts";
import { encodeInt, setOrigin } from "./origin.ts";
import { unwatchIdle, watchIdle } from "./idle_readiness.ts";
import { encodeSocketAddress, socketFamily } from "./socket_address.ts";

/** What happens to an idle connection; each is reported once at most, and nothing after {@link CloseIdle} was called. */
export type IdleEvent =
  | { readonly type: "opened" }
  | { readonly type: "failed"; readonly error: SystemError }
  | { readonly type: "ended"; readonly how: "closed" | "reset" | "silent" }
  /** The peer sends more than a greeting: the connection is closed. */
  | { readonly type: "flooded" };

/** Closes the connection. Harmless when it is closed already. */
export type CloseIdle = () => void;

const SOL_SOCKET = 1;
const SO_KEEPALIVE = 9;
const IPPROTO_TCP = 6;
const TCP_KEEPIDLE = 4;
const TCP_KEEPINTVL = 5;
const TCP_KEEPCNT = 6;

/** Seconds without a packet after which the kernel asks the peer's, seconds between two questions, and how many. */
const KEEPALIVE = { idle: 1, interval: 1, count: 2 };

const landing = new Uint8Array(4 * 1024);

/** Reads of one event, at most: what a peer sends unasked is dropped, and one that fills these is a flood. */
const READS = 4;

/** Bytes that a peer may send over the whole life of a connection: greetings, and now and then a notice. */
const MOST_BYTES = 256 * 1024;

/** Opens a connection with the kernel's keepalive on it, and reports what happens to it, never within this call. */
export function openIdle(
  address: IpAddress,
  port: number,
  origin: Origin | undefined,
  onEvent: (event: IdleEvent) => void,
): CloseIdle {
  const connection = new IdleConnection(onEvent);
  try {
    connection.connect(address, port, origin ?? {});
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    connection.end();
    queueMicrotask(() => onEvent({ type: "failed", error }));
  }
  return () => connection.end();
}

class IdleConnection {
  readonly #onEvent: (event: IdleEvent) => void;
  #fd = -1;
  #isOpen = false;
  #bytes = 0;

  constructor(onEvent: (event: IdleEvent) => void) {
    this.#onEvent = onEvent;
  }

  connect(address: IpAddress, port: number, origin: Origin): void {
    const fd = sockets.socket(socketFamily(address), sockets.SOCK_STREAM, 0);
    if (fd < 0) throw new SystemError("socket", -fd);
    this.#fd = fd;
    setOrigin(fd, origin, address);
    keepAlive(fd);
    const outcome = sockets.connect(fd, encodeSocketAddress(address, port));
    if (outcome < 0 && outcome !== -Errno.EINPROGRESS) throw new SystemError("connect", -outcome);
    watchIdle(fd, () => this.#changed());
  }

  end(): void {
    if (this.#fd < 0) return;
    unwatchIdle(this.#fd);
    files.close(this.#fd);
    this.#fd = -1;
  }

  #changed(): void {
    if (!this.#isOpen) {
      const failure = sockets.pendingError(this.#fd);
      if (failure > 0) return this.#last({ type: "failed", error: new SystemError("network", failure) });
      this.#isOpen = true;
      this.#onEvent({ type: "opened" });
    }
    // Its owner may have closed it on hearing that.
    if (this.#fd >= 0) this.#drain();
  }

  #drain(): void {
    for (let reads = 0; reads < READS; reads++) {
      const count = sockets.recv(this.#fd, landing);
      if (count === -Errno.EAGAIN) return;
      if (count === -Errno.EINTR) continue;
      if (count === 0) return this.#last({ type: "ended", how: "closed" });
      if (count < 0) return this.#last({ type: "ended", how: count === -Errno.ECONNRESET ? "reset" : "silent" });
      this.#bytes += count;
      if (this.#bytes > MOST_BYTES) break;
    }
    this.#last({ type: "flooded" });
  }

  #last(event: IdleEvent): void {
    this.end();
    this.#onEvent(event);
  }
}

/** Throws {@link SystemError}. */
function keepAlive(fd: number): void {
  const options = [
    [SOL_SOCKET, SO_KEEPALIVE, 1],
    [IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE.idle],
    [IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE.interval],
    [IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE.count],
  ] as const;
  for (const [level, option, value] of options) {
    const outcome = sockets.setSocketOption(fd, level, option, encodeInt(value));
    if (outcome < 0) throw new SystemError("setsockopt", -outcome);
  }
}
