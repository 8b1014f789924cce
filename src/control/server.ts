import { linesOf, LineTooLong } from "../system/line_reader.ts";
import { decodeRequest, encodeError, encodeResult, MAX_REQUEST, RequestError } from "./protocol.ts";
import type { Handlers, RequestName } from "./requests.ts";
import { writeAll } from "../system/write_all.ts";

/** Clients at the same time by default. */
const MOST_CLIENTS = 16;

/** Milliseconds that a client gets to send its next request, and to take an answer. */
const PATIENCE = 10_000;

/**
 * Milliseconds between two answers: however many ask, the director has work of its own. After one that took longer the
 * next waits as long, up to the second of these.
 */
const PACE = { least: 20, most: 200 };

/** Milliseconds between two signs to a client that an answer is being worked on: JSON may have blanks before it. */
const SIGN = { every: 1_000, text: new TextEncoder().encode(" ") };

/** Milliseconds until clients are let in again after that has failed, for want of a descriptor, say. */
const RETRY = 1_000;

/** Only the owner may connect: requests change where clients are sent. */
const UMASK = 0o177;

/**
 * The server of the control socket. A client that stalls, floods or sends garbage loses its connection, and no other client
 * notices: requests wait their turn one by one, one of each client at most.
 */
export class ControlServer {
  readonly #path: string;
  readonly #listener: Deno.UnixListener;
  readonly #inode: number | null;
  readonly #handlers: Partial<Handlers>;
  readonly #onTrouble: (text: string) => void;
  readonly #mostClients: number;
  readonly #clients = new Set<Deno.Conn>();
  #closed = false;
  /** When the next answer may be given, in milliseconds of performance.now(). */
  #nextTurn = 0;

  /**
   * Listens at `path`. A socket that a dead daemon left there is replaced; the caller makes sure that none lives.
   *
   * @param onTrouble gets bugs of ours.
   * @param mostClients at the same time; each further one gets an error and is disconnected.
   * @throws {Error} with the reason, when it cannot be done.
   */
  constructor(
    path: string,
    handlers: Partial<Handlers>,
    onTrouble: (text: string) => void,
    mostClients = MOST_CLIENTS,
  ) {
    this.#mostClients = mostClients;
    this.#path = path;
    this.#handlers = handlers;
    this.#onTrouble = onTrouble;
    removeSocket(path);
    const umask = Deno.umask(UMASK);
    try {
      this.#listener = Deno.listen({ transport: "unix", path });
    } finally {
      Deno.umask(umask);
    }
    this.#inode = Deno.lstatSync(path).ino;
    this.#accept();
  }

  /** Sends everybody away and removes the socket. */
  close(): void {
    this.#closed = true;
    this.#listener.close();
    for (const client of this.#clients) drop(client);
    if (inodeOf(this.#path) === this.#inode) removeSocket(this.#path);
  }

  async #accept(): Promise<void> {
    while (!this.#closed) {
      const client = await this.#listener.accept().catch(() => undefined);
      if (!client) {
        if (!this.#closed) await new Promise((resolve) => setTimeout(resolve, RETRY));
        continue;
      }
      if (this.#clients.size >= this.#mostClients) {
        await this.#sendAway(client);
        continue;
      }
      this.#clients.add(client);
      this.#serve(client).catch(() => {}).finally(() => {
        this.#clients.delete(client);
        drop(client);
      });
    }
  }

  /** One after the other: clients that are turned away must not hold more descriptors than those that are served. */
  async #sendAway(client: Deno.Conn): Promise<void> {
    const busy = encodeError(new RequestError("busy", `${this.#mostClients} clients are connected already`));
    await within(client, writeLine(client, busy)).catch(() => {});
    drop(client);
  }

  /** Rejects when the client leaves in the middle, or is sent away. */
  async #serve(client: Deno.Conn): Promise<void> {
    const lines = linesOf(client, MAX_REQUEST);
    for (;;) {
      const line = await within(client, lines.next()).catch((error) => {
        if (error instanceof LineTooLong) return error;
        throw error;
      });
      if (line === undefined) return;
      await this.#turn();
      if (line instanceof LineTooLong) {
        const tooLong = new RequestError("malformed", `a request may have ${MAX_REQUEST} bytes`);
        return await within(client, writeLine(client, encodeError(tooLong)));
      }
      const answer = await withSigns(client, this.#answer(line));
      await within(client, writeLine(client, answer));
    }
  }

  async #answer(line: string): Promise<Pieces> {
    const start = performance.now();
    try {
      const { name, argumentsOf } = decodeRequest(line);
      if (!Object.hasOwn(this.#handlers, name)) {
        const known = Object.keys(this.#handlers).join(", ");
        throw new RequestError("unknown-request", `unknown request ${JSON.stringify(name)}; known are ${known}`);
      }
      return encodeResult(await this.#handlers[name as RequestName]!(argumentsOf));
    } catch (error) {
      if (error instanceof RequestError) return encodeError(error);
      this.#onTrouble(`Internal error: ${error instanceof Error ? error.stack : error}`);
      return encodeError(new RequestError("internal", "an internal error, which the daemon's log has"));
    } finally {
      const now = performance.now();
      this.#nextTurn = Math.max(this.#nextTurn, now + Math.min(now - start, PACE.most));
    }
  }

  async #turn(): Promise<void> {
    const now = performance.now();
    const turn = Math.max(now, this.#nextTurn);
    this.#nextTurn = turn + PACE.least;
    if (turn > now) await new Promise((resolve) => setTimeout(resolve, turn - now));
  }
}

/** Resolves with the answer, and shows the client meanwhile that it is being worked on. */
async function withSigns<T>(client: Deno.Conn, answer: Promise<T>): Promise<T> {
  let writing = false;
  const timer = setInterval(() => {
    // One that does not read gets no more of them.
    if (writing) return;
    writing = true;
    client.write(SIGN.text).catch(() => {}).finally(() => writing = false);
  }, SIGN.every);
  try {
    return await answer;
  } finally {
    clearInterval(timer);
  }
}

/** Does the work with the client, or drops the client when it takes too long; the work then rejects. */
async function within<T>(client: Deno.Conn, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => drop(client), PATIENCE);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/** What an answer is sent as. */
type Pieces = ReturnType<typeof encodeResult>;

const NEWLINE = new TextEncoder().encode("\n");

async function writeLine(client: Deno.Conn, line: Pieces): Promise<void> {
  for (const piece of [...line, NEWLINE]) await writeAll(client, piece);
}

function drop(client: Deno.Conn): void {
  try {
    client.close();
  } catch {
    // It is closed already.
  }
}

/** What is no socket stays: it is not ours. */
function removeSocket(path: string): void {
  try {
    if (Deno.lstatSync(path).isSocket) Deno.removeSync(path);
  } catch (error) {
    // A daemon that is not root's may not remove it, and leaves it for the next one to replace.
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied)) throw error;
  }
}

function inodeOf(path: string): number | null {
  try {
    return Deno.lstatSync(path).ino;
  } catch {
    return null;
  }
}
