import { deepStrictEqual } from "node:assert/strict";
import { httpGet } from "./client.ts";
import { poll, sleep } from "./wait.ts";

/** After so long an established connection on which nothing comes back counts as broken. */
const SILENCE_LIMIT_MS = 8000;

/** So many new connections must have been answered before anything is said of them. */
const ENOUGH = 60;

/** What became of traffic since it was last asked for. */
export interface Passed {
  /** How many new connections each real server has answered. */
  readonly requests: ReadonlyMap<string, number>;
  /** Why new connections failed, each with when. */
  readonly failed: readonly string[];
  /** Milliseconds that the slowest new connection took to be answered. */
  readonly slowestMs: number;
  /** Why established connections broke, each with the real server that served it, and when. */
  readonly broken: readonly string[];
}

/**
 * What many clients do at a virtual service: some ask on a new connection each time, others keep theirs and ask on it
 * again and again. Those whose connection breaks open another.
 */
export class Traffic {
  readonly #virtual: string;
  readonly #clients: number;
  readonly #running: Promise<void>[];
  #passed = nothingYet();
  #total = 0;
  /** How often each client has come to an end with a question since this was emptied. */
  readonly #rounds = new Map<number, number>();
  #stop = false;

  /** Sends from so many clients that come anew each time, and from so many that keep their connection. */
  constructor(virtual: string, passing: number, staying: number) {
    this.#virtual = virtual;
    this.#clients = passing + staying;
    this.#running = Array.from(
      { length: this.#clients },
      (_, client) => client < passing ? this.#askAnew(client) : this.#stay(client),
    );
  }

  /** Waits until each client has asked and been answered as things are now; gives all that passed since this was last asked. */
  async passed(seconds = 30): Promise<Passed> {
    const before = this.#total;
    this.#rounds.clear();
    // A client's first round may have begun before.
    const waiting = () =>
      Array.from({ length: this.#clients }, (_, client) => this.#rounds.get(client) ?? 0).filter((count) => count < 2);
    const enough = () => this.#total - before >= ENOUGH && waiting().length === 0;
    if (!await poll(() => Promise.resolve(enough()), Boolean, seconds)) {
      throw new Error(`${this.#total - before} answers, and ${waiting().length} clients without one: ${this.#words()}`);
    }
    const passed = this.#passed;
    this.#passed = nothingYet();
    return passed;
  }

  /** The same; fails when any new connection has failed, or any established one has broken. */
  async goesOn(): Promise<Passed> {
    const passed = await this.passed();
    const { failed, broken } = passed;
    deepStrictEqual({ failed, broken }, { failed: [], broken: [] });
    return passed;
  }

  /** Stops, and waits for what is under way. */
  async end(): Promise<void> {
    this.#stop = true;
    await Promise.all(this.#running);
  }

  #words(): string {
    return [...this.#passed.failed, ...this.#passed.broken].slice(-5).join("; ") || "nothing failed";
  }

  #hasAsked(client: number): void {
    this.#rounds.set(client, (this.#rounds.get(client) ?? 0) + 1);
  }

  async #askAnew(client: number): Promise<void> {
    while (!this.#stop) {
      const begin = performance.now();
      try {
        const real = await httpGet(this.#virtual);
        this.#total++;
        this.#passed.requests.set(real, (this.#passed.requests.get(real) ?? 0) + 1);
      } catch (error) {
        this.#passed.failed.push(dated(error));
      }
      this.#passed.slowestMs = Math.max(this.#passed.slowestMs, Math.round(performance.now() - begin));
      this.#hasAsked(client);
      await sleep(50);
    }
  }

  async #stay(client: number): Promise<void> {
    while (!this.#stop) {
      let real: string | undefined;
      try {
        using connection = await Deno.connect({ hostname: this.#virtual.split(":")[0], port: 80 });
        while (!this.#stop) {
          real = await askAgain(connection);
          this.#hasAsked(client);
          await sleep(200);
        }
      } catch (error) {
        if (real === undefined) this.#passed.failed.push(dated(error));
        else this.#passed.broken.push(`${real}: ${dated(error)}`);
        await sleep(200);
      }
    }
  }
}

function nothingYet() {
  return { requests: new Map<string, number>(), failed: [] as string[], slowestMs: 0, broken: [] as string[] };
}

/** One question on a connection that stays; gives the body of the answer, which is the real server. */
async function askAgain(connection: Deno.TcpConn): Promise<string> {
  let isSilent = false;
  const limit = setTimeout(() => {
    isSilent = true;
    connection.close();
  }, SILENCE_LIMIT_MS);
  try {
    await connection.write(new TextEncoder().encode("GET /again HTTP/1.1\r\nHost: lab\r\n\r\n"));
    const buffer = new Uint8Array(1024);
    let answer = "";
    while (true) {
      const count = await connection.read(buffer);
      if (count === null) throw new Error("closed by the server");
      answer += new TextDecoder().decode(buffer.subarray(0, count));
      const [, body] = /\r\n\r\n(.*)\n$/s.exec(answer) ?? [];
      if (body !== undefined) return body;
    }
  } catch (error) {
    throw isSilent ? new Error(`silent for ${SILENCE_LIMIT_MS} ms`) : error;
  } finally {
    clearTimeout(limit);
  }
}

function dated(error: unknown): string {
  return `${new Date().toISOString()} ${error instanceof Error ? error.message : error}`;
}
