/**
 * TLS on top of a stream.
 */

import { TlsError, type TlsExpectation, TlsMachine } from "../system/openssl.ts";
import type { ByteStream } from "./byte_stream.ts";

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
 * Throws `TlsError`, `TlsFileError`, `MissingOpenSsl`, or what `stream` throws.
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
    for (;;) {
      const progress = await this.#sending(() => this.#machine.handshake());
      if (progress === "done") return;
      if (!await this.#feed()) throw new TlsError("the server closed the connection");
    }
  }

  version(): string {
    return this.#machine.version();
  }

  daysLeft(): number {
    return this.#machine.daysLeft();
  }

  async read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    for (;;) {
      const bytes = await this.#sending(() => this.#machine.read());
      if (bytes !== "needs bytes") return bytes;
      // Many servers just close, without the alert that TLS asks for; who needs to know the end counts bytes.
      if (!await this.#feed()) return undefined;
    }
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

  async #feed(): Promise<boolean> {
    const bytes = await this.#stream.read();
    if (bytes) this.#machine.feed(bytes);
    return bytes !== undefined;
  }
}
