import { Client, type Load, type Stock } from "../tests/lab/world/client.ts";
import { Director } from "../tests/lab/world/director.ts";
import { RealServers } from "../tests/lab/world/real_servers.ts";
import { Table } from "../tests/lab/world/table.ts";
import { closeWire, openWire } from "../tests/lab/world/wire.ts";
import { play } from "./play.ts";
import type { Stage, TableRow } from "./stage.ts";

const CONFIG = new URL("demo.cf", import.meta.url).pathname;
const LOG = "/var/log/ldirectord-demo.log";
const FALLBACK = "10.0.0.99";
const METHODS: Readonly<Record<string, string>> = { "-m": "masq", "-g": "gate", "-i": "ipip" };

/** A real kernel's IPVS, nginx web servers in network namespaces, and a client that never rests. */
class KernelStage implements Stage {
  readonly virtual = "192.0.2.10:80";
  readonly reals = ["10.0.0.11", "10.0.0.12", "10.0.0.13"] as const;
  readonly #servers = new RealServers();
  #director!: Director;
  #load: Load | undefined;

  constructor(readonly title: string) {}

  async open(): Promise<void> {
    await openWire();
    this.#director = await Director.inTheWay();
    await this.#servers.are([...this.reals, FALLBACK]);
  }

  async startDirector(): Promise<void> {
    await this.#director.does("start", CONFIG);
    this.#load = new Client().startLoad(this.virtual);
  }

  async stopDirector(): Promise<void> {
    await this.#load?.end();
    await this.#director.does("stop", CONFIG);
  }

  kill(real: string): Promise<void> {
    return Promise.resolve(this.#servers.stop(real));
  }

  revive(real: string): Promise<void> {
    return this.#servers.start(real);
  }

  stall(real: string): Promise<void> {
    return Promise.resolve(this.#servers.stall(real));
  }

  resume(real: string): Promise<void> {
    return Promise.resolve(this.#servers.resume(real));
  }

  async table(): Promise<readonly TableRow[]> {
    const text = await new Table(this.#director.host).now();
    return text.split("\n").filter(Boolean).map(parseRow);
  }

  log(): Promise<string> {
    return Deno.readTextFile(LOG).catch(() => "");
  }

  takeStock(): Promise<Stock> {
    return this.#load!.takeStock();
  }

  async close(): Promise<void> {
    await this.#director.destroy();
    await this.#servers.destroy();
    await closeWire();
  }
}

/** `-A -t V -s SCHEDULER` or `-a -t V -r R -m -w WEIGHT`. */
function parseRow(line: string): TableRow {
  const words = line.split(" ");
  if (words[0] === "-A") return { virtual: words[2], scheduler: words[4] };
  return { server: words[4], forwarding: METHODS[words[5]], weight: Number(words[7]) };
}

if (import.meta.main) {
  const stage = new KernelStage(Deno.args[0]);
  try {
    await play(stage);
  } finally {
    await stage.close();
  }
}
