/**
 * Real servers for the tests of checkers: small, on a port of the kernel's choice, and as ill as a test wants them.
 */

import { type IpAddress, parseIp } from "../../src/model/address.ts";
import type { Check, CheckKey, CheckMethod, CheckResult, CheckTarget } from "../../src/model/check.ts";
import type { Pattern } from "../../src/model/pattern.ts";
import { helper } from "../../src/checkers/helper.ts";
import { type Round, runRound } from "../../src/checkers/run.ts";
import * as files from "../../src/system/libc/files.ts";
import { descriptorChannel } from "../../src/system/descriptor_passing.ts";
import { newSharedWords } from "../../src/system/shared_words.ts";
import { TlsMachine } from "../../src/system/openssl.ts";
import { decodeLatin1, encodeLatin1 } from "../../src/wire/transport/latin1.ts";

// The first calls open the libraries for good; within a test that would count as the test's leak.
files.close(-1);
for (const fd of [newSharedWords(), ...descriptorChannel()]) files.close(fd);
new TlsMachine({ address: "127.0.0.1", verify: false }).free();

/** A server under test. */
export interface Peer {
  readonly address: IpAddress;
  readonly port: number;
}

/** One connection as a peer sees it. */
export interface Client {
  /** The next bytes, as text; "" when the client has closed. */
  hear(): Promise<string>;
  /** Everything up to and with `end`. */
  hearUntil(end: string): Promise<string>;
  say(text: string): Promise<void>;
  bytes(bytes: Uint8Array): Promise<void>;
  /** Resolves when the client has gone, or has said that it sends no more. */
  gone(): Promise<void>;
  /** Resolves when the test is over. */
  over(): Promise<void>;
}

/** What a peer does with each connection; when it returns, the connection is closed. */
export type Manners = (client: Client) => Promise<void> | void;

/** Runs `work` against a TCP server with these manners. */
export async function withPeer<T>(
  manners: Manners,
  work: (peer: Peer) => Promise<T>,
  listen: Partial<Deno.TcpListenOptions> = {},
): Promise<T> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, ...listen });
  const guests = serve(listener, manners);
  try {
    const { hostname, port } = listener.addr as Deno.NetAddr;
    return await work({ address: parseIp(hostname)!, port });
  } finally {
    listener.close();
    await guests();
  }
}

/** Serves until the listener is closed; the function that it gives ends what is left and waits for it. */
export function serve(listener: Deno.Listener, manners: Manners): () => Promise<void> {
  const guests = new Map<Deno.Conn, Promise<void>>();
  const over = Promise.withResolvers<void>();
  const accepting = (async () => {
    for (;;) {
      // A handshake that fails ends one connection, a closed listener ends all.
      const conn = await listener.accept().catch((error) =>
        error instanceof Deno.errors.BadResource ? null : undefined
      );
      if (conn === null) return;
      if (!conn) continue;
      const visit = entertain(conn, manners, over.promise).finally(() => guests.delete(conn));
      guests.set(conn, visit);
    }
  })();
  return async () => {
    await accepting;
    over.resolve();
    for (const conn of guests.keys()) close(conn);
    await Promise.all(guests.values());
  };
}

async function entertain(conn: Deno.Conn, manners: Manners, over: Promise<void>): Promise<void> {
  try {
    await manners(clientOf(conn, over));
  } catch {
    // The client left before the peer was done: many tests want that.
  } finally {
    close(conn);
  }
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Closed already.
  }
}

function clientOf(conn: Deno.Conn, over: Promise<void>): Client {
  const buffer = new Uint8Array(64 * 1024);
  const hear = async () => {
    const count = await conn.read(buffer);
    return count === null ? "" : decodeLatin1(buffer.subarray(0, count));
  };
  const bytes = async (all: Uint8Array) => {
    for (let sent = 0; sent < all.length;) sent += await conn.write(all.subarray(sent));
  };
  return {
    hear,
    bytes,
    async hearUntil(end) {
      let heard = "";
      while (!heard.includes(end)) {
        const more = await hear();
        if (more === "") throw new Error("the client closed");
        heard += more;
      }
      return heard;
    },
    over: () => over,
    say: (text) => bytes(encodeLatin1(text)),
    async gone() {
      while (await hear() !== "");
    },
  };
}

/** A server that accepts and says nothing. */
export function silent(client: Client): Promise<void> {
  return client.over();
}

/** A server that closes every connection at once. */
export function closesAtOnce(): void {}

/** A server that reads something and answers with nonsense. */
export async function garbage(client: Client): Promise<void> {
  await client.hear();
  await client.bytes(Uint8Array.from({ length: 4096 }, (_, i) => (i * 167 + 13) & 0xff));
}

/** Bytes that {@link flood} sends at most. */
export const FLOOD = 100 * 1024 * 1024;

/** A server that sends 100 MB of `pattern` as fast as it is read, whatever it is sent. */
export function flood(pattern: string, opening = ""): Manners {
  return async (client) => {
    client.gone().catch(() => {});
    await client.say(opening);
    const block = encodeLatin1(pattern.repeat(Math.ceil(65_536 / pattern.length)));
    for (let sent = 0; sent < FLOOD; sent += block.length) await client.bytes(block);
  };
}

/** A plain substring as a `receive` expression. */
export function contains(source: string): Pattern {
  return patternOf(source, (text) => text.includes(source));
}

/** A `receive` expression, as JavaScript reads it. */
export function expression(source: string): Pattern {
  const regex = new RegExp(source);
  return patternOf(source, (text) => regex.test(text));
}

/** A check with the defaults of the configuration language and a deadline that a test can wait for. */
export function checkOf(target: Partial<CheckTarget>, settings: Partial<Omit<Check, "target">> = {}): Check {
  return {
    key: "test" as CheckKey,
    method: "negotiate",
    interval: 10,
    retryInterval: 10,
    checkTimeout: 20,
    negotiateTimeout: 20,
    ...settings,
    target: {
      address: parseIp("127.0.0.1")!,
      port: 0,
      transport: "tcp",
      service: "http",
      httpMethod: "GET",
      pingCount: 1,
      tlsVerify: false,
      command: ["/bin/true"],
      commandArguments: [],
      ...target,
    },
  };
}

/** The verdict of one round, as one line: `up: 200 OK`, `down (refused): connection refused`. */
export async function verdict(check: Check, method: CheckMethod = "negotiate"): Promise<string> {
  return inWords((await round(check, method)).result);
}

/** One round, after which no process of it is left. */
export async function round(check: Check, method: CheckMethod = "negotiate"): Promise<Round> {
  const round = await runRound(check, method);
  await helper.close();
  return round;
}

/** A result as one line. */
export function inWords(result: CheckResult): string {
  return result.up ? `up: ${result.detail}` : `down (${result.why}): ${result.detail}`;
}

/** The number of descriptors that this process holds. */
export function openDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

/** A pattern that decides in one go. */
export function patternOf(source: string, matches: (text: string) => boolean): Pattern {
  return {
    source,
    matches,
    // deno-lint-ignore require-yield
    *search(text) {
      return matches(text);
    },
  };
}
