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
  /** Why established connections broke, each with when. */
  readonly broken: readonly string[];
}

/**
 * What many clients do at a virtual service: some ask on a new connection each time, others keep theirs and ask on it
 * again and again. Those whose connection breaks open another.
 */
export class Traffic {
  readonly #virtual: string;
  readonly #staying: number;
  readonly #running: Promise<void>[];
  #passed = nothingYet();
  #total = 0;
  /** Established connections that were answered twice since this was emptied: the second question came later. */
  readonly #answered = new Map<number, number>();
  #stop = false;

  /** Sends from so many clients that come anew each time, and from so many that keep their connection. */
  constructor(virtual: string, passing: number, staying: number) {
    this.#virtual = virtual;
    this.#staying = staying;
    this.#running = [
      ...Array.from({ length: passing }, () => this.#askAnew()),
      ...Array.from({ length: staying }, (_, client) => this.#stay(client)),
    ];
  }

  /** Waits until all clients have been answered as things are now; gives all that passed since this was last asked. */
  async passed(seconds = 30): Promise<Passed> {
    const before = this.#total;
    this.#answered.clear();
    const all = () => Array.from({ length: this.#staying }, (_, client) => this.#answered.get(client) ?? 0);
    const enough = () => this.#total - before >= ENOUGH && all().every((count) => count >= 2);
    if (!await poll(() => Promise.resolve(enough()), Boolean, seconds)) {
      const waiting = all().filter((count) => count < 2).length;
      throw new Error(
        `${this.#total - before} requests and ${waiting} connections short of an answer: ${this.#words()}`,
      );
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

  async #askAnew(): Promise<void> {
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
      await sleep(50);
    }
  }

  async #stay(client: number): Promise<void> {
    while (!this.#stop) {
      try {
        using connection = await Deno.connect({ hostname: this.#virtual.split(":")[0], port: 80 });
        while (!this.#stop) {
          await askAgain(connection);
          this.#answered.set(client, (this.#answered.get(client) ?? 0) + 1);
          await sleep(200);
        }
      } catch (error) {
        this.#passed.broken.push(dated(error));
        await sleep(200);
      }
    }
  }
}

function nothingYet() {
  return { requests: new Map<string, number>(), failed: [] as string[], slowestMs: 0, broken: [] as string[] };
}

/** One question and its answer on a connection that stays. */
async function askAgain(connection: Deno.TcpConn): Promise<void> {
  let isSilent = false;
  const limit = setTimeout(() => {
    isSilent = true;
    connection.close();
  }, SILENCE_LIMIT_MS);
  try {
    await connection.write(new TextEncoder().encode("GET /again HTTP/1.1\r\nHost: lab\r\n\r\n"));
    const buffer = new Uint8Array(1024);
    let answer = "";
    while (!/\r\n\r\n.*\n$/s.test(answer)) {
      const count = await connection.read(buffer);
      if (count === null) throw new Error("closed by the server");
      answer += new TextDecoder().decode(buffer.subarray(0, count));
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
