/**
 * Hostile servers on a thread of their own, so that what they do takes no time of the director's: each waits at a port
 * for the input that it gets by number.
 */

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { adapt } from "./adapt.ts";
import { type Behaviour, mutate } from "./mutate.ts";
import { Random } from "../random.ts";
import { readTurns } from "./recording.ts";
import { rowNamed } from "./rows.ts";

/** The thread's orders: to open so many servers, or what one of them is to do next. */
export type Order =
  | { readonly open: number; readonly row: string; readonly seed: number }
  | { readonly server: number; readonly input: number };

/** What it says: where its servers are, or that one of them is ready. */
export type Report = { readonly ports: readonly number[] } | { readonly ready: number };

const thread = self as unknown as {
  onmessage: (event: MessageEvent<Order>) => void;
  postMessage(report: Report): void;
};

let servers: readonly HostileServer[] = [];

thread.onmessage = async ({ data }) => {
  if ("open" in data) {
    servers = await Promise.all(Array.from({ length: data.open }, () => HostileServer.open(data.row, data.seed)));
    thread.postMessage({ ports: servers.map(({ port }) => port) });
  } else {
    servers[data.server].prepare(data.input);
    thread.postMessage({ ready: data.server });
  }
};

class HostileServer {
  readonly #row;
  readonly #turns;
  readonly #seed: number;
  readonly #data = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  #behaviour: Behaviour | undefined;
  readonly #open = new Set<Deno.Conn>();
  port = 0;

  static async open(row: string, seed: number): Promise<HostileServer> {
    const server = new HostileServer(row, seed);
    await server.#listen();
    return server;
  }

  private constructor(row: string, seed: number) {
    this.#row = rowNamed(row);
    this.#turns = readTurns(row);
    this.#seed = seed;
  }

  prepare(input: number): void {
    for (const conn of this.#open) close(conn);
    this.#open.clear();
    this.#behaviour = mutate(this.#turns, new Random(this.#seed * 1_000_003 + input));
  }

  async #listen(): Promise<void> {
    this.#serve(this.#data, (conn) => this.#sendData(conn));
    if (this.#row.target.transport === "udp") {
      const socket = createSocket("udp4");
      socket.on("message", (question, { port, address }) => this.#answer(socket, question, port, address));
      socket.bind(0, "127.0.0.1");
      await once(socket, "listening");
      this.port = socket.address().port;
    } else {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      this.port = (listener.addr as Deno.NetAddr).port;
      this.#serve(listener, (conn) => this.#converse(conn));
    }
  }

  async #serve(listener: Deno.Listener, work: (conn: Deno.TcpConn) => Promise<void>): Promise<void> {
    for await (const conn of listener) {
      this.#open.add(conn as Deno.Conn);
      work(conn as Deno.TcpConn).catch(() => {}).finally(() => {
        if (this.#behaviour?.end === "stay") return;
        this.#open.delete(conn as Deno.Conn);
        close(conn as Deno.Conn);
      });
    }
  }

  #answer(socket: Socket, question: Uint8Array, port: number, address: string): void {
    for (const turn of this.#behaviour?.turns ?? []) {
      // What is too long for a datagram is cut: the system would refuse it.
      if (turn.length > 0) socket.send(this.#adapted(turn, question).subarray(0, 65_000), port, address, () => {});
    }
  }

  async #converse(conn: Deno.TcpConn): Promise<void> {
    const { turns, drip, end } = this.#behaviour!;
    const buffer = new Uint8Array(65_536);
    for (const [i, turn] of turns.entries()) {
      const heard = i > 0 ? await conn.read(buffer) : 0;
      if (heard === null) return;
      await send(conn, this.#adapted(turn, buffer.subarray(0, heard)), drip);
    }
    if (end === "reset") conn.setNoDelay();
    else if (end === "close") await conn.closeWrite();
  }

  async #sendData(conn: Deno.TcpConn): Promise<void> {
    const { turns, drip } = this.#behaviour!;
    await send(conn, turns[0] ?? new Uint8Array(), drip);
  }

  #adapted(turn: Uint8Array, question: Uint8Array): Uint8Array<ArrayBuffer> {
    const bytes = Uint8Array.from(turn);
    if (!this.#row.adapt || this.#behaviour!.isRaw) return bytes;
    return adapt(this.#row.adapt, bytes, question, (this.#data.addr as Deno.NetAddr).port);
  }
}

/** Bytes that are dripped at most: the rest comes at once. */
const MOST_DRIPPED = 200;

async function send(conn: Deno.Conn, bytes: Uint8Array, drip = Infinity): Promise<void> {
  let rest = bytes;
  for (let dripped = 0; rest.length > 0; dripped += drip) {
    const piece = dripped < MOST_DRIPPED ? rest.subarray(0, drip) : rest;
    rest = rest.subarray(await conn.write(piece));
    if (drip < Infinity && rest.length > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It is closed already.
  }
}
