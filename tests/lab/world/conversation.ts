/** One long connection of a client to a server that repeats what it is sent. */
export class Conversation {
  readonly #connection: Deno.TcpConn;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Connects to the virtual service. */
  static async begin(hostname: string, port: number): Promise<Conversation> {
    return new Conversation(await Deno.connect({ hostname, port }));
  }

  /** Says a word, and hears it back within so many seconds, on the very same connection. */
  async echoes(word: string, seconds: number): Promise<void> {
    const timer = setTimeout(() => this.#connection.close(), seconds * 1000);
    try {
      await this.#connection.write(new TextEncoder().encode(word));
      const buffer = new Uint8Array(256);
      let heard = "";
      while (heard.length < word.length) {
        const count = await this.#connection.read(buffer);
        if (count === null) break;
        heard += new TextDecoder().decode(buffer.subarray(0, count));
      }
      if (heard !== word) throw new Error(`said ${word}, heard ${heard || "the end"}`);
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#connection.close();
    } catch {
      // No answer in time.
    }
    return Promise.resolve();
  }
}
