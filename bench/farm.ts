import { FRONT } from "../tests/lab/world/addresses.ts";
import { run } from "../tests/lab/world/command.ts";
import { Host } from "../tests/lab/world/host.ts";
import { poll } from "../tests/lab/world/wait.ts";
import { everyReal, type Site } from "./site.ts";

/** Where the real servers are reached: behind one address, or a director would have thousands of neighbours. */
export const GATEWAY = "10.0.0.250";
const STATUS = `http://${GATEWAY}:8081/`;
const CONFIG = "/run/farm.conf";

/** What leads a director to the farm: lines of `ip -batch`. */
export const WAY_TO_FARM: readonly string[] = ["addr add 10.0.0.1/24 dev eth0", `route add 10.1.0.0/16 via ${GATEWAY}`];

/** What leads real servers' answers to clients: a line of `ip -batch`. */
export const WAY_TO_CLIENTS = `route add ${FRONT.v4} dev eth0`;

/** The real servers of a site: as many addresses on one host, and one nginx behind all of them that counts its requests. */
export class Farm {
  /** Questions asked, each a request of its own. */
  #asked = 0;

  private constructor(private readonly host: Host) {}

  /** Sets it up; it answers when this returns. */
  static async create(site: Site): Promise<Farm> {
    const addresses = everyReal(site).map((address) => `addr add ${address}/32 dev lo`);
    const host = await Host.create("farm", [
      `addr add ${GATEWAY}/24 dev eth0`,
      WAY_TO_CLIENTS,
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

const NGINX = `
  master_process off;
  pid /run/farm.pid;
  error_log /run/farm.errors;
  worker_rlimit_nofile 32768;
  events { worker_connections 16384; }
  http {
    access_log off;
    keepalive_timeout 0;
    server {
      listen 80 backlog=4096;
      location / { return 200 "Test Page\\n"; }
    }
    server {
      listen ${GATEWAY}:8081;
      location / { stub_status; }
    }
  }
`;
