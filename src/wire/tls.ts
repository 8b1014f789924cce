/**
 * TLS on top of a stream. Node's TLS is used because Deno's own cannot leave a certificate unverified.
 */

import { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import type { ByteStream } from "./byte_stream.ts";

/** What the handshake is to say and to ask. */
export interface TlsOptions {
  /** The name sent in SNI; absent = none is sent. */
  readonly serverName?: string;
  /** Whether the server's certificate must be valid for that name. */
  readonly verify: boolean;
}

/** The handshake failed, or the encrypted stream was broken. */
export class TlsError extends Error {
  override readonly name = "TlsError";
}

/**
 * Does the handshake over `stream`, which from then on belongs to the result.
 * Throws {@link TlsError}, or what `stream` throws.
 */
export async function startTls(stream: ByteStream, options: TlsOptions): Promise<ByteStream> {
  const carrier = new Carrier(stream);
  const socket = connect({ socket: carrier, servername: options.serverName, rejectUnauthorized: options.verify });
  const tls = new TlsStream(socket, carrier);
  try {
    await tls.handshake();
    return tls;
  } catch (error) {
    tls.close();
    throw error;
  }
}

/** A {@link ByteStream} as Node wants it. */
class Carrier extends Duplex {
  readonly #stream: ByteStream;
  /** What went wrong below TLS: it is the better explanation. */
  failure?: Error;

  constructor(stream: ByteStream) {
    super();
    this.#stream = stream;
    this.on("error", () => {});
  }

  override _read(): void {
    this.#stream.read().then((bytes) => this.push(bytes ?? null), (error) => this.#fail(error));
  }

  override _write(bytes: Uint8Array<ArrayBuffer>, _encoding: string, done: (error?: Error) => void): void {
    this.#stream.write(bytes).then(() => done(), (error) => this.#fail(error));
  }

  override _final(done: () => void): void {
    this.#stream.closeWrite();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stream.close();
    done(error);
  }

  #fail(error: Error): void {
    this.failure ??= error;
    this.destroy(error);
  }
}

class TlsStream implements ByteStream {
  readonly #socket: TLSSocket;
  readonly #carrier: Carrier;
  readonly #arrived: Uint8Array[] = [];
  #secure = false;
  #ended = false;
  #failure?: Error;
  #wake?: () => void;

  constructor(socket: TLSSocket, carrier: Carrier) {
    this.#socket = socket;
    this.#carrier = carrier;
    socket.on("secureConnect", () => this.#change(() => this.#secure = true));
    socket.on("end", () => this.#change(() => this.#ended = true));
    socket.on("close", () => this.#change(() => this.#ended = true));
    socket.on("error", (error: Error) => this.#change(() => this.#failure ??= new TlsError(error.message)));
    carrier.on("close", () => this.#change(() => this.#ended = true));
    socket.on("data", (bytes: Uint8Array) => {
      // One piece at a time: a server that floods us is held back by TCP.
      socket.pause();
      this.#change(() => this.#arrived.push(bytes));
    });
  }

  async handshake(): Promise<void> {
    while (!this.#secure && !this.#ended && !this.#failure) await this.#news();
    this.#requireHealth();
    if (!this.#secure) throw new TlsError("the server closed the connection");
  }

  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const bytes = this.#arrived.shift();
      if (bytes) return bytes;
      this.#requireHealth();
      if (this.#ended) return undefined;
      this.#socket.resume();
      await this.#news();
    }
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#requireHealth();
    let taken = false;
    this.#socket.write(bytes, () => this.#change(() => taken = true));
    while (!taken && !this.#ended && !this.#failure) await this.#news();
    this.#requireHealth();
  }

  closeWrite(): void {
    this.#socket.end();
  }

  close(): void {
    this.#socket.destroy();
    this.#carrier.destroy();
  }

  #requireHealth(): void {
    if (this.#carrier.failure) throw this.#carrier.failure;
    if (this.#failure) throw this.#failure;
  }

  #news(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  #change(apply: () => void): void {
    apply();
    this.#wake?.();
  }
}
