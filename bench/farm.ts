import { FRONT } from "../tests/lab/world/addresses.ts";
import { run } from "../tests/lab/world/command.ts";
import { Host } from "../tests/lab/world/host.ts";
import { poll } from "../tests/lab/world/wait.ts";

/** The size of it. */
export const VIRTUALS = 20;
/** Real servers of each virtual service. */
export const REALS_EACH = 25;
/** All real servers. */
export const REALS = VIRTUALS * REALS_EACH;
/** Real servers that go silent. */
export const SILENT = 25;

const STATUS = "http://10.0.0.250:8081/";
const CONFIG = "/run/farm.conf";

/** A real server's address: the J-th of virtual service V, both from 1. */
export function realAddress(virtual: number, real: number): string {
  return `10.1.${virtual}.${real}`;
}

/** 500 real servers: as many addresses on one host, and one nginx behind all of them that counts its requests. */
export class Farm {
  /** Questions asked, each a request of its own. */
  #asked = 0;

  private constructor(private readonly host: Host) {}

  /** Sets it up; it answers when this returns. */
  static async create(): Promise<Farm> {
    const addresses = everyReal().map((address) => `addr add ${address}/16 dev eth0`);
    const host = await Host.create("farm", [
      "addr add 10.0.0.250/24 dev eth0",
      `route add ${FRONT.v4} dev eth0`,
      ...addresses,
    ]);
    await Deno.writeTextFile(CONFIG, NGINX);
    await host.run("nginx", "-c", CONFIG);
    const farm = new Farm(host);
    await poll(() => farm.requests().catch(() => 0), (count) => count > 0, 5);
    return farm;
  }

  /** Requests so far, without those of this question. */
  async requests(): Promise<number> {
    const status = await (await fetch(STATUS, { signal: AbortSignal.timeout(5000) })).text();
    this.#asked++;
    return Number(/^ \d+ \d+ (\d+)/m.exec(status)![1]) - this.#asked;
  }

  /** Drops every packet to these servers, as their death would. */
  async silence(servers: readonly string[]): Promise<void> {
    const rules = servers.map((address) => `-A INPUT -d ${address} -j DROP`);
    await run(this.host.command(["iptables-legacy-restore"]), ["*filter", ...rules, "COMMIT", ""].join("\n"));
  }

  /** Lets them hear again. */
  async unsilence(): Promise<void> {
    await this.host.run("iptables-legacy", "-F", "INPUT");
  }

  /** Takes it down. */
  async destroy(): Promise<void> {
    await this.host.destroy();
  }
}

/** The addresses of all real servers. */
export function everyReal(): string[] {
  const indices = (length: number) => Array.from({ length }, (_, i) => i + 1);
  return indices(VIRTUALS).flatMap((virtual) => indices(REALS_EACH).map((real) => realAddress(virtual, real)));
}

/** Those that go silent, from all over the virtual services. */
export function silentReals(): string[] {
  return everyReal().filter((_, i) => i % (REALS / SILENT) === 0);
}

const NGINX = `
  master_process off;
  pid /run/farm.pid;
  error_log /run/farm.errors;
  worker_rlimit_nofile 8192;
  events { worker_connections 4096; }
  http {
    access_log off;
    keepalive_timeout 0;
    server {
      listen 80 backlog=4096;
      location / { return 200 "Test Page\\n"; }
    }
    server {
      listen 10.0.0.250:8081;
      location / { stub_status; }
    }
  }
`;
