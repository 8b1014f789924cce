import { type LineReader, linesOf } from "../system/line_reader.ts";
import { type Arguments, decodeAnswer, encodeRequest } from "./protocol.ts";
import type { RequestName, Requests } from "./requests.ts";
import { writeAll } from "../system/write_all.ts";

/** How long a daemon gets to answer, unless the request is known to take longer. */
const PATIENCE = { silence: 10_000 };

/** Milliseconds that a daemon gets to answer which shows that it works on it: it may have many real servers and little time. */
const LONGEST = 120_000;

/** Bytes of an answer: that of 10,000 real servers has some 5 million. */
const MAX_ANSWER = 256 * 1024 * 1024;

/** Milliseconds for the whole answer, or for which nothing at all may come. */
export type Patience = number | { readonly silence: number };

/** No daemon listens at the control socket. */
export class NobodyThere extends Error {}

/** The control socket is not for us. */
export class Forbidden extends Error {}

/** A connection to a daemon's control socket. One request at a time. */
export class ControlClient {
  readonly #socket: Deno.Conn;
  readonly #lines: LineReader;
  /** Called when something has come from the daemon. */
  #onSign = () => {};

  private constructor(socket: Deno.Conn) {
    this.#socket = socket;
    const read = async (buffer: Uint8Array) => {
      const count = await socket.read(buffer);
      this.#onSign();
      return count;
    };
    this.#lines = linesOf({ read }, MAX_ANSWER);
  }

  /**
   * Connects to the socket at that path.
   *
   * @throws {NobodyThere} when there is no socket, or a dead one.
   * @throws {Forbidden} when this user may not.
   * @throws {Error} with the reason, when it cannot be reached for another one.
   */
  static async connect(path: string): Promise<ControlClient> {
    try {
      return new ControlClient(await Deno.connect({ transport: "unix", path }));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.ConnectionRefused) {
        throw new NobodyThere(`no daemon listens at ${path}`);
      }
      const there = `cannot reach the daemon at ${path}`;
      if (error instanceof Deno.errors.PermissionDenied) {
        throw new Forbidden(`${there}: permission denied; run as root`);
      }
      throw new Error(`${there}: ${error}`);
    }
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @param patience milliseconds until the whole answer has to be there, or for which the daemon may not even show that it
   * works on it.
   * @throws {RequestError} when it was not done, with the daemon's reason.
   * @throws {Error} when the daemon does not answer.
   */
  async ask<Name extends RequestName>(
    name: Name,
    input: Requests[Name]["input"],
    patience: Patience = PATIENCE,
  ): Promise<Requests[Name]["answers"]> {
    const longest = setTimeout(() => this.close(), typeof patience === "number" ? patience : LONGEST);
    let silence: number | undefined;
    this.#onSign = () => {
      clearTimeout(silence);
      if (typeof patience !== "number") silence = setTimeout(() => this.close(), patience.silence);
    };
    this.#onSign();
    try {
      return decodeAnswer(await this.#exchange(encodeRequest(name, input as Arguments))) as Requests[Name]["answers"];
    } finally {
      this.#onSign = () => {};
      clearTimeout(silence);
      clearTimeout(longest);
    }
  }

  /** Ends the connection. */
  close(): void {
    try {
      this.#socket.close();
    } catch {
      // It is closed already.
    }
  }

  async #exchange(line: string): Promise<string> {
    // A daemon that has said why it hangs up takes no more, and still is to be heard.
    await this.#send(`${line}\n`).catch(() => {});
    const answer = await this.#lines.next().catch(() => undefined);
    if (answer === undefined) throw new Error("the daemon gave no answer");
    return answer;
  }

  async #send(text: string): Promise<void> {
    await writeAll(this.#socket, new TextEncoder().encode(text));
  }
}

/** Speaks to the daemon over a connection for this alone: one that is kept idle the daemon ends. */
export async function withClient<T>(path: string, speak: (client: ControlClient) => Promise<T>): Promise<T> {
  const client = await ControlClient.connect(path);
  try {
    return await speak(client);
  } finally {
    client.close();
  }
}

/** One request over a connection of its own. */
export async function askOnce<Name extends RequestName>(
  path: string,
  name: Name,
  input: Requests[Name]["input"],
  patience?: Patience,
): Promise<Requests[Name]["answers"]> {
  return await withClient(path, (client) => client.ask(name, input, patience));
}
