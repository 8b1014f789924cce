/**
 * Connections that the director makes and hands over: this process may make none.
 */

import { setImmediate } from "node:timers";
import { PARSED } from "../checkers/helper_process.ts";
import { receiveDescriptor } from "../system/descriptor_passing.ts";
import { close } from "../system/libc/files.ts";
import { writeWord } from "../system/shared_words.ts";
import type { ByteStream } from "../wire/transport/byte_stream.ts";
import { adoptTcp } from "../wire/transport/tcp.ts";
import type { Ending } from "../model/ending.ts";

/** The connections of all conversations. */
export class HandedConnections {
  readonly #channel: number;
  readonly #words: number;
  readonly #rounds = new WeakMap<Ending, number>();
  readonly #waiting = new Map<number, (fd: number | undefined) => void>();
  readonly #request: (round: number) => void;
  /** When the bytes that came last are handed on. */
  #turn: Promise<void> = Promise.resolve();

  /** @param request asks the director for a connection of a round. */
  constructor(channel: number, words: number, request: (round: number) => void) {
    this.#channel = channel;
    this.#words = words;
    this.#request = request;
  }

  /** Has conversations under `signal` be those of a round. */
  belongs(signal: Ending, round: number): void {
    this.#rounds.set(signal, round);
  }

  /** The next descriptor is the connection of that round. */
  take(round: number): void {
    const fd = receiveDescriptor(this.#channel);
    const waiting = this.#waiting.get(round);
    this.#waiting.delete(round);
    if (waiting) waiting(fd);
    else if (fd !== undefined) close(fd);
  }

  /** A connection for the conversation under `signal`, to where the director thinks that it goes. */
  async connect(signal: Ending, onHeard?: () => void): Promise<ByteStream> {
    const round = this.#rounds.get(signal)!;
    const handed = Promise.withResolvers<number | undefined>();
    this.#waiting.set(round, handed.resolve);
    const giveUp = () => {
      this.#waiting.delete(round);
      handed.reject(signal.reason);
    };
    signal.addEventListener("abort", giveUp);
    try {
      signal.throwIfAborted();
      this.#request(round);
      const fd = await handed.promise;
      if (fd === undefined) throw new Error("no connection was handed over");
      return this.#inTurn(round, adoptTcp(fd, signal, onHeard));
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  /**
   * The stream: its bytes come one read a turn of the event loop, with a note of their connection: all that is made of
   * them at once is done before those of another round come.
   */
  #inTurn(round: number, stream: ByteStream): ByteStream {
    return {
      read: async () => {
        const bytes = await stream.read();
        const before = this.#turn;
        await (this.#turn = before.then(() => new Promise((resolve) => setImmediate(resolve))));
        writeWord(this.#words, PARSED, round);
        return bytes;
      },
      write: (bytes) => stream.write(bytes),
      closeWrite: () => stream.closeWrite(),
      close: () => stream.close(),
    };
  }
}
