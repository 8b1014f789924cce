import { deepStrictEqual } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { run } from "./command.ts";
import { poll, sleep } from "./wait.ts";

const ANSWER_LIMIT_MS = 3000;
const ROUND = 12;

/** The lab's client. It is the scenario's own process: the scenario runs where clients are. */
export class Client {
  /** Asks the virtual service again and again until exactly these real servers answer. */
  async isServedBy(virtual: string, ...reals: string[]): Promise<void> {
    const wanted = reals.toSorted();
    const answering = () => this.#round(() => httpGet(virtual));
    const same = (seen: readonly string[]) => seen.join() === wanted.join();
    deepStrictEqual(await poll(answering, same, 10), wanted, `the servers that answer at ${virtual}`);
  }

  /** As {@link isServedBy}, with datagrams. */
  async isServedByUdp(virtual: string, ...reals: string[]): Promise<void> {
    const wanted = reals.toSorted();
    const answering = () => this.#round(() => udpAsk(virtual));
    const same = (seen: readonly string[]) => seen.join() === wanted.join();
    deepStrictEqual(await poll(answering, same, 10), wanted, `the servers that answer at ${virtual}`);
  }

  /** As {@link isServedBy}, over SCTP. */
  async isServedBySctp(virtual: string, ...reals: string[]): Promise<void> {
    const wanted = reals.toSorted();
    const answering = () => this.#round(() => sctpAsk(virtual));
    const same = (seen: readonly string[]) => seen.join() === wanted.join();
    deepStrictEqual(await poll(answering, same, 30), wanted, `the servers that answer at ${virtual} over sctp`);
  }

  /** Asks the virtual service until it answers, for so many seconds at most. Gives the seconds that it took. */
  async waitsForAnswer(virtual: string, seconds: number): Promise<number> {
    const begin = performance.now();
    const ask = () => httpGet(virtual).then(() => true, () => false);
    if (!await poll(ask, Boolean, seconds)) throw new Error(`no answer from ${virtual} within ${seconds} s`);
    return (performance.now() - begin) / 1000;
  }

  /** Starts to send one request after the other until told to stop. */
  startLoad(virtual: string): Load {
    return new Load(virtual);
  }

  async #round(ask: () => Promise<string>): Promise<string[]> {
    const answers = new Set<string>();
    for (let i = 0; i < ROUND; i++) answers.add(await ask().catch((error) => `no answer: ${error.message}`));
    return [...answers].sort();
  }
}

/** What became of requests. */
export interface Stock {
  readonly answers: ReadonlyMap<string, number>;
  readonly failed: number;
}

/** Requests sent one after the other, while something happens to the director. */
export class Load {
  readonly #failures: string[] = [];
  readonly #answers = new Map<string, number>();
  readonly #running: Promise<void>;
  #request: Promise<void> = Promise.resolve();
  #stop = false;

  constructor(virtual: string) {
    this.#running = this.#send(virtual);
  }

  /** Stops, and throws when any request was not answered, or hardly any were sent. */
  async endsWithoutFailure(): Promise<void> {
    await this.end();
    const answered = [...this.#answers.values()].reduce((sum, count) => sum + count, 0);
    deepStrictEqual(this.#failures, [], `failed requests, beside ${answered} answered ones`);
    if (answered < 20) throw new Error(`only ${answered} requests were made: the load proves nothing`);
  }

  /** Stops, whatever became of the requests. */
  async end(): Promise<void> {
    this.#stop = true;
    await this.#running;
  }

  /** Which servers answered how often since the last call, and how many requests failed; none is under way then. */
  async takeStock(): Promise<Stock> {
    await this.#request;
    const stock = { answers: new Map(this.#answers), failed: this.#failures.length };
    this.#answers.clear();
    this.#failures.length = 0;
    return stock;
  }

  async #send(virtual: string): Promise<void> {
    while (!this.#stop) {
      this.#request = this.#sendOne(virtual);
      await this.#request;
      await sleep(20);
    }
  }

  async #sendOne(virtual: string): Promise<void> {
    try {
      const answer = await httpGet(virtual);
      this.#answers.set(answer, (this.#answers.get(answer) ?? 0) + 1);
    } catch (error) {
      this.#failures.push(`${new Date().toISOString()} ${error instanceof Error ? error.message : error}`);
    }
  }
}

/** What the virtual service gives on an association of its own. */
async function sctpAsk(virtual: string): Promise<string> {
  const kind = virtual.startsWith("[") ? "SCTP6" : "SCTP4";
  return (await run(["timeout", "3", "socat", "-u", `${kind}-CONNECT:${virtual}`, "STDOUT"])).trim();
}

/** One request on a connection of its own; gives the body of a 200 answer. */
export async function httpGet(virtual: string): Promise<string> {
  const { hostname, port } = new URL(`http://${virtual}`);
  const host = hostname.replace(/^\[|\]$/g, "");
  return await withinLimit(async (signal) => {
    using connection = await Deno.connect({ hostname: host, port: Number(port || 80), signal });
    signal.addEventListener("abort", () => connection.close(), { once: true });
    await connection.write(new TextEncoder().encode(`GET / HTTP/1.0\r\nHost: ${hostname}\r\n\r\n`));
    const answer = await new Response(connection.readable).text();
    if (!answer.startsWith("HTTP/1.1 200 ")) throw new Error(answer.split("\r\n")[0] || "empty answer");
    return answer.split("\r\n\r\n")[1].trim();
  });
}

/** One datagram from a port of its own; gives the answer. */
async function udpAsk(virtual: string): Promise<string> {
  const { hostname, port } = new URL(`udp://${virtual}`);
  const socket = createSocket(hostname.startsWith("[") ? "udp6" : "udp4");
  try {
    return await withinLimit((signal) =>
      new Promise<string>((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        socket.once("error", reject);
        socket.once("message", (message) => resolve(message.toString().trim()));
        socket.send("who\n", Number(port), hostname.replace(/^\[|\]$/g, ""));
      })
    );
  } finally {
    socket.close();
  }
}

async function withinLimit(ask: (signal: AbortSignal) => Promise<string>): Promise<string> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error(`no answer in ${ANSWER_LIMIT_MS} ms`)), ANSWER_LIMIT_MS);
  try {
    return await ask(limit.signal);
  } catch (error) {
    throw limit.signal.aborted ? limit.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}
