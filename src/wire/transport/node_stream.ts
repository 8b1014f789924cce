/**
 * A connection of ours as Node's libraries want it: they speak their protocol, and the connection stays under our
 * deadline, our limits and our words for what went wrong.
 */

import { Duplex } from "node:stream";
import type { ByteStream } from "./byte_stream.ts";
import { ProtocolError } from "./protocol_error.ts";

/** Bytes that a library is given of one connection: some keep a message, however long, until it is complete. */
const MAX_HEARD = 4 * 1024 * 1024;

/** The server sent more than so many bytes. */
export class TooMuchReceived extends ProtocolError {
  constructor(limit: number) {
    super(`the server sent more than ${limit} bytes`);
  }
}

/** To be ended with `destroy()`. Its "error" event reports what goes wrong, first and once. */
export class NodeStream extends Duplex {
  #stream: ByteStream;
  readonly #limit: number;
  #written: Promise<void> = Promise.resolve();
  #change: Promise<void> | undefined;
  #received = 0;
  #failure?: Error;

  /** @param limit bytes that the library is given. */
  constructor(stream: ByteStream, limit = MAX_HEARD) {
    super();
    this.#stream = stream;
    this.#limit = limit;
    // A library may have stopped listening when the last of it comes.
    this.on("error", () => {});
  }

  /** What went wrong first, if anything: all that fails afterwards fails because of it. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** What libraries do with a socket before they use it. This one is connected. */
  connect(): this {
    queueMicrotask(() => this.emit("connect"));
    return this;
  }

  /** As {@link connect}; small pieces are not held back anyway. */
  setNoDelay(): this {
    return this;
  }

  /**
   * Goes over to another stream, as to TLS: what was written before goes out first, what is read or written from now on
   * waits. To be called while the library is handed what it reads, so that nothing is being read.
   */
  change(into: (stream: ByteStream) => Promise<ByteStream>): Promise<void> {
    const change = this.#written.then(() => into(this.#stream)).then((stream) => {
      this.#stream = stream;
    });
    // The next read or write fails with it as well.
    change.catch((error) => this.#failure ??= error);
    this.#change = change;
    return change;
  }

  /** Sends what the library has still to send, its goodbye. Whether that succeeds no longer matters. */
  finish(): Promise<void> {
    // Node forgets what waits for the end of what a library has already given up.
    if (this.destroyed) return Promise.resolve();
    return new Promise((resolve) => this.end(() => resolve()));
  }

  override async _read(): Promise<void> {
    try {
      if (this.#change) await this.#change;
      const bytes = await this.#stream.read();
      if (!bytes) throw new ProtocolError("the server closed the connection");
      this.#received += bytes.length;
      if (this.#received > this.#limit) throw new TooMuchReceived(this.#limit);
      this.#hand(bytes);
    } catch (error) {
      // What fails because the library has ended the connection is no failure of the server's, nor of ours.
      if (!this.destroyed) this.destroy(this.#failure ??= error as Error);
    }
  }

  /** Libraries read within this call, and throw what they cannot read. */
  #hand(bytes: Uint8Array<ArrayBuffer>): void {
    try {
      this.push(bytes);
    } catch (error) {
      throw new ProtocolError(`the server's answer cannot be read: ${(error as Error).message}`);
    }
  }

  override _write(bytes: Uint8Array<ArrayBuffer>, _encoding: string, done: (error?: Error) => void): void {
    this.#written = this.#change ? this.#change.then(() => this.#stream.write(bytes)) : this.#stream.write(bytes);
    this.#written.then(() => done(), (error) => done(this.destroyed ? error : this.#failure ??= error));
  }

  override _final(done: (error?: Error) => void): void {
    this.#stream.closeWrite().then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stream.close();
    done(error);
  }
}
