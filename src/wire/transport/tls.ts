/**
 * TLS on top of a stream.
 */

import { TlsError, type TlsExpectation, TlsMachine } from "../../system/openssl.ts";
import type { ByteStream } from "./byte_stream.ts";
import { ProtocolError } from "./protocol_error.ts";
import { requireFew, TlsHandshakeGuard } from "./tls_handshake_guard.ts";

/** Bytes that a server may send without any data in them: tickets, new keys, empty records. */
const MAX_IDLE_BYTES = 256 * 1024;

/** A stream over TLS. */
export interface TlsByteStream extends ByteStream {
  /** The protocol that was agreed on: `TLSv1.3`. */
  version(): string;
  /** Whole days for which the server's certificate is still valid; negative when it has expired. */
  daysLeft(): number;
}

/**
 * Does the handshake over `stream`, which from then on belongs to the result. Takes up the session of `sibling`, a
 * connection to the same server, if there is one and the server agrees.
 * Throws `TlsError`, `TlsFileError`, `MissingOpenSsl`, {@link ProtocolError} for a handshake that would cost too much,
 * or what `stream` throws.
 */
export async function startTls(
  stream: ByteStream,
  expectation: TlsExpectation,
  sibling?: ByteStream,
): Promise<TlsByteStream> {
  let tls: TlsStream | undefined;
  try {
    tls = new TlsStream(stream, new TlsMachine(expectation));
    if (sibling instanceof TlsStream) tls.takeUpSession(sibling);
    await tls.handshake();
    return tls;
  } catch (error) {
    (tls ?? stream).close();
    throw error;
  }
}

class TlsStream implements TlsByteStream {
  readonly #stream: ByteStream;
  readonly #machine: TlsMachine;

  constructor(stream: ByteStream, machine: TlsMachine) {
    this.#stream = stream;
    this.#machine = machine;
  }

  takeUpSession(sibling: TlsStream): void {
    this.#machine.takeUpSession(sibling.#machine);
  }

  async handshake(): Promise<void> {
    const guard = new TlsHandshakeGuard();
    for (;;) {
      const progress = await this.#sending(() => this.#machine.handshake());
      if (progress === "done") return requireFew(this.#machine.certificates());
      const bytes = await this.#stream.read();
      if (!bytes) throw new TlsError("the server closed the connection");
      guard.take(bytes);
      this.#machine.feed(bytes);
    }
  }

  version(): string {
    return this.#machine.version();
  }

  daysLeft(): number {
    return this.#machine.daysLeft();
  }

  async read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    for (let idle = 0; idle <= MAX_IDLE_BYTES;) {
      const data = await this.#sending(() => this.#machine.read());
      if (data !== "needs bytes") return data;
      const bytes = await this.#stream.read();
      // Many servers just close, without the alert that TLS asks for; protocols that need to know the end count bytes.
      if (!bytes) return undefined;
      idle += bytes.length;
      this.#machine.feed(bytes);
    }
    throw new ProtocolError(`the server sent more than ${MAX_IDLE_BYTES} bytes over TLS without any data`);
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#sending(() => this.#machine.write(bytes));
  }

  async closeWrite(): Promise<void> {
    await this.#sending(() => this.#machine.shutdown());
    this.#stream.closeWrite();
  }

  close(): void {
    this.#machine.free();
    this.#stream.close();
  }

  /** Works the machine and sends what comes out, also when it is the alert that tells the server what we object to. */
  async #sending<T>(work: () => T): Promise<T> {
    try {
      return work();
    } finally {
      for (let bytes = this.#machine.drain(); bytes; bytes = this.#machine.drain()) await this.#stream.write(bytes);
    }
  }
}
