import { httpGet } from "./client.ts";
import { sleep } from "./wait.ts";

/** After so long an established connection on which nothing comes back counts as broken. */
const SILENCE_LIMIT_MS = 8000;

/** What became of traffic since it was last asked for. */
export interface Passed {
  /** How many new connections each real server answered. */
  readonly requests: ReadonlyMap<string, number>;
  /** Why new connections failed, each with when. */
  readonly failed: readonly string[];
  /** Milliseconds that the slowest new connection took to be answered. */
  readonly slowestMs: number;
  /** How many established connections go on. */
  readonly established: number;
  /** Why established connections broke, each with when. */
  readonly broken: readonly string[];
}

/**
 * What many clients do at a virtual service: some ask on a new connection each time, others keep theirs and ask on it
 * again and again.
 */
export class Traffic {
  readonly #virtual: string;
  readonly #running: Promise<void>[];
  #requests = new Map<string, number>();
  #failed: string[] = [];
  #broken: string[] = [];
  #slowestMs = 0;
  #established = 0;
  #stop = false;

  /** Sends from so many clients that come anew each time, and from so many that keep their connection. */
  constructor(virtual: string, passing: number, staying: number) {
    this.#virtual = virtual;
    this.#running = [
      ...Array.from({ length: passing }, () => this.#askAnew()),
      ...Array.from({ length: staying }, () => this.#stay()),
    ];
  }

  /** Says what has passed since this was last asked, or since the start. */
  takeStock(): Passed {
    const passed = {
      requests: this.#requests,
      failed: this.#failed,
      slowestMs: Math.round(this.#slowestMs),
      established: this.#established,
      broken: this.#broken,
    };
    this.#requests = new Map();
    this.#failed = [];
    this.#broken = [];
    this.#slowestMs = 0;
    return passed;
  }

  /** Stops, and waits for what is under way. */
  async end(): Promise<void> {
    this.#stop = true;
    await Promise.all(this.#running);
  }

  async #askAnew(): Promise<void> {
    while (!this.#stop) {
      const begin = performance.now();
      try {
        const real = await httpGet(this.#virtual);
        this.#requests.set(real, (this.#requests.get(real) ?? 0) + 1);
      } catch (error) {
        this.#failed.push(dated(error));
      }
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - begin);
      await sleep(50);
    }
  }

  async #stay(): Promise<void> {
    try {
      using connection = await Deno.connect({ hostname: this.#virtual.split(":")[0], port: 80 });
      this.#established++;
      try {
        while (!this.#stop) {
          await askAgain(connection);
          await sleep(200);
        }
      } finally {
        this.#established--;
      }
    } catch (error) {
      this.#broken.push(dated(error));
    }
  }
}

/** One question and its answer on a connection that stays. */
async function askAgain(connection: Deno.TcpConn): Promise<void> {
  const limit = setTimeout(() => connection.close(), SILENCE_LIMIT_MS);
  try {
    await connection.write(new TextEncoder().encode("GET /again HTTP/1.1\r\nHost: lab\r\n\r\n"));
    const buffer = new Uint8Array(1024);
    let answer = "";
    while (!/\r\n\r\n.*\n$/s.test(answer)) {
      const count = await connection.read(buffer);
      if (count === null) throw new Error(`closed by the server`);
      answer += new TextDecoder().decode(buffer.subarray(0, count));
    }
  } finally {
    clearTimeout(limit);
  }
}

function dated(error: unknown): string {
  return `${new Date().toISOString()} ${error instanceof Error ? error.message : error}`;
}
