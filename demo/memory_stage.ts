import { loadConfig } from "../src/config/load.ts";
import { Daemon } from "../src/daemon/daemon.ts";
import { Log } from "../src/daemon/log/log.ts";
import { MemoryIpvs } from "../src/ipvs/memory.ts";
import { type Destination, destinationKey, serviceLabel } from "../src/model/table.ts";
import type { Stage, TableRow } from "./stage.ts";

const CONFIG = new URL("demo.cf", import.meta.url).pathname;

/**
 * Where there is neither a kernel with IPVS nor a way to run one: the table is in memory, and the web servers are on
 * this machine's loopback. The director and its checks are the real ones; there are no clients, as nothing forwards.
 */
export class MemoryStage implements Stage {
  readonly title = "none; the table is in memory, and web servers are on 127.0.0.0/8";
  readonly virtual = "192.0.2.10:80";
  readonly reals = ["127.0.0.11", "127.0.0.12", "127.0.0.13"] as const;
  readonly #servers = new Map<string, WebServer>();
  readonly #table = new MemoryIpvs();
  readonly #log: string[] = [];
  #daemon: Daemon | undefined;

  open(): Promise<void> {
    for (const real of this.reals) this.#servers.set(real, new WebServer(real, 0));
    return Promise.resolve();
  }

  async startDirector(): Promise<void> {
    const loaded = await loadConfig(CONFIG, { readFile: (path) => this.#readWithLoopbackAddresses(path) });
    if (!loaded.model) throw new Error(loaded.problems.map((problem) => JSON.stringify(problem)).join("\n"));
    const log = new Log((_, message) => this.#log.push(message));
    this.#daemon = new Daemon(loaded, loaded.model, { driver: this.#table, log, onReload: () => {} });
    await this.#daemon.start();
  }

  async stopDirector(): Promise<void> {
    await this.#daemon?.stop();
    this.#daemon = undefined;
  }

  async kill(real: string): Promise<void> {
    await this.#servers.get(real)?.close();
  }

  revive(real: string): Promise<void> {
    this.#servers.set(real, new WebServer(real, this.#portOf(real)));
    return Promise.resolve();
  }

  stall(real: string): Promise<void> {
    this.#servers.get(real)?.stall();
    return Promise.resolve();
  }

  resume(real: string): Promise<void> {
    this.#servers.get(real)?.resume();
    return Promise.resolve();
  }

  async table(): Promise<readonly TableRow[]> {
    return [...(await this.#table.read()).values()].flatMap((service) => [
      { virtual: serviceLabel(service.address), scheduler: service.scheduler },
      ...[...service.destinations.values()].map(serverRow),
    ]);
  }

  log(): Promise<string> {
    return Promise.resolve(this.#log.join("\n"));
  }

  async close(): Promise<void> {
    await this.stopDirector();
    for (const server of this.#servers.values()) await server.close();
  }

  /** demo.cf, with addresses and ports that need neither an interface nor root. */
  async #readWithLoopbackAddresses(path: string): Promise<Uint8Array> {
    const text = await Deno.readTextFile(path);
    const local = (_: string, last: string) => `127.0.0.${last}:${this.#portOf(`127.0.0.${last}`)}`;
    return new TextEncoder().encode(text.replaceAll(/\b10\.0\.0\.(\d+):80/g, local));
  }

  /** Of a web server that was never there, as the fallback, any will do. */
  #portOf(address: string): number {
    return this.#servers.get(address)?.port ?? 80;
  }
}

/** A web server that can hang. */
class WebServer {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #going = Promise.withResolvers<void>();

  constructor(address: string, port: number) {
    this.#going.resolve();
    this.#server = Deno.serve({ hostname: address, port, onListen: () => {} }, async () => {
      await this.#going.promise;
      return new Response("10.0.0 is what demo.cf looks for\n");
    });
  }

  get port(): number {
    return this.#server.addr.port;
  }

  stall(): void {
    this.#going = Promise.withResolvers();
  }

  resume(): void {
    this.#going.resolve();
  }

  async close(): Promise<void> {
    this.resume();
    await this.#server.shutdown();
  }
}

function serverRow(destination: Destination): TableRow {
  const { forwarding, weight } = destination;
  return { server: destinationKey(destination), forwarding, weight };
}
