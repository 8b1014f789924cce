import { run } from "./command.ts";
import { PROGRAM } from "./director.ts";
import { Node } from "./node.ts";
import { RealServers } from "./real_servers.ts";
import { Traffic } from "./traffic.ts";
import { poll } from "./wait.ts";
import { closeWire, openWire } from "./wire.ts";

/** What an operator is to copy from, and what the site is made of. */
export const EXAMPLES = new URL("../../../packaging/examples/many-directors/", import.meta.url).pathname;

/** The directors' configuration. */
export const WWW = Deno.readTextFileSync(`${EXAMPLES}www`);

/** The address that all six real servers serve. */
export const LARGE = "198.51.100.10";

/** The address that two of them serve as well. */
export const SMALL = "198.51.100.20";

const BY_GATE = ["10.0.0.11", "10.0.0.12", "10.0.0.13"];
const BY_IPIP = ["10.1.0.14", "10.1.0.15", "10.1.0.16"];

/** All real servers. */
export const REALS = [...BY_GATE, ...BY_IPIP];

/** Where the program is on a director. */
const INSTALLED = "/usr/sbin/ldirectord";

/** Three directors behind a router, which spreads clients' connections over those that announce the address. */
export class SiteOfThree {
  readonly reals = new RealServers();
  readonly #directors = new Map<number, Node>();
  #router!: Node;
  #traffic: Traffic | undefined;

  /** The router, which has an address in each network. */
  get router(): Node {
    return this.#router;
  }

  /** The clients, once they are there. */
  get traffic(): Traffic {
    if (!this.#traffic) throw new Error("the site has no clients yet");
    return this.#traffic;
  }

  /** A director that is up. */
  director(number: number): Node {
    const director = this.#directors.get(number);
    if (!director) throw new Error(`director ${number} is not up`);
    return director;
  }

  /** Boots the router and starts the real servers; directors are booted one by one. */
  async open(): Promise<void> {
    await openWire();
    await run(["cp", "--remove-destination", PROGRAM, INSTALLED]);
    this.#router = await Node.boot("router", 254, [
      "addr add 192.0.2.254/24 dev eth0",
      "addr add 10.0.0.254/24 dev eth0",
      "addr add 10.1.0.254/24 dev eth0",
    ]);
    await this.#router.run("sh", `${EXAMPLES}router.sh`);
    await run(["ip", "route", "add", "198.51.100.0/24", "via", "192.0.2.254"]);
    await this.reals.are(REALS, "routed");
    for (const real of BY_GATE) await this.reals.types(real, `sh ${EXAMPLES}gate.sh`);
    for (const real of BY_IPIP) await this.reals.types(real, `sh ${EXAMPLES}ipip.sh`);
  }

  /** Boots a director, the first time or after a power loss: its network is set up, and nothing runs. */
  async boot(number: number): Promise<Node> {
    const network = [`addr add 10.0.0.${number}/24 dev eth0`, "route add default via 10.0.0.254"];
    const node = await Node.boot(`director${number}`, number, network);
    this.#directors.set(number, node);
    await node.run("sh", `${EXAMPLES}director.sh`);
    await node.write("/etc/ha.d/www", WWW);
    return node;
  }

  /** Power loss. */
  async crash(number: number): Promise<void> {
    const node = this.director(number);
    this.#directors.delete(number);
    await node.crash();
  }

  /** Sends clients to an address until the scenario ends: some come anew each time, others keep their connection. */
  startTraffic(address: string, passing: number, staying: number): void {
    this.#traffic = new Traffic(`${address}:80`, passing, staying);
  }

  /** The directors that the router sends an address's clients to. */
  async announcers(address: string): Promise<number[]> {
    const routes = await this.#router.run("ip", "route", "show", `${address}/32`);
    return Array.from(routes.matchAll(/via 10\.0\.0\.(\d+)/g), ([, number]) => Number(number)).sort();
  }

  /** Waits until the router sends an address's clients to exactly these directors. */
  async isAnnouncedBy(address: string, directors: readonly number[], seconds = 40): Promise<void> {
    const wanted = directors.join();
    const seen = await poll(() => this.announcers(address), (now) => now.join() === wanted, seconds);
    if (seen.join() !== wanted) throw new Error(`${address} is announced by ${seen.join() || "none"}, not ${wanted}`);
  }

  /** Waits until the router's BIRD, which was started anew, has heard from all directors again. */
  async isRecovered(): Promise<void> {
    const status = async () => (await this.#router.outcomeOf("birdc", "show", "status")).stdout;
    const hasRecovered = (text: string) => /^Daemon is up/m.test(text) && !text.includes("recovery in progress");
    const text = await poll(status, hasRecovered, 40);
    if (!hasRecovered(text)) throw new Error(`the router's BIRD has not recovered: ${text}`);
  }

  /** Takes everything down. */
  async close(): Promise<void> {
    await this.#traffic?.end();
    for (const node of this.#directors.values()) await node.destroy();
    await this.#router?.destroy();
    await this.reals.destroy();
    await closeWire();
  }
}

/** Starts BIRD on a node. */
export async function startBird(node: Node, example: string, ...options: string[]): Promise<void> {
  await node.run("mkdir", "-p", "/run/bird");
  node.start("bird", "-f", "-c", `${EXAMPLES}${example}`, ...options);
}

/** Starts FRR on a node, with the example that has `replacements` made. */
export async function startFrr(node: Node, example: string, ...replacements: [string, string][]): Promise<void> {
  const text = replacements.reduce(
    (so, [from, to]) => so.replaceAll(from, to),
    await Deno.readTextFile(`${EXAMPLES}${example}`),
  );
  await node.write("/etc/frr/frr.conf", text);
  for (const daemon of ["zebra", "staticd", "bgpd", "bfdd"]) await node.run(`/usr/lib/frr/${daemon}`, "-d");
  await node.run("vtysh", "-b");
}

/** A test with a router, real servers, and directors that it boots itself. */
export function siteScenario(name: string, play: (site: SiteOfThree) => Promise<void>): void {
  Deno.test(name, async () => {
    const site = new SiteOfThree();
    try {
      await site.open();
      await play(site);
    } finally {
      await site.close();
    }
  });
}
