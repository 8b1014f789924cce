import { Client } from "./client.ts";
import { run } from "./command.ts";
import { dedented, PROGRAM } from "./director.ts";
import { Node } from "./node.ts";
import { RealServers } from "./real_servers.ts";
import { Table } from "./table.ts";
import { closeWire, openWire } from "./wire.ts";

/** Where the program is on a node. */
const INSTALLED = "/usr/sbin/ldirectord";

/** All that a cluster's scenario acts on and looks at. */
export interface ClusterWorld {
  readonly cluster: Cluster;
  readonly reals: RealServers;
  readonly client: Client;
}

/** The two nodes of a cluster. */
export class Cluster {
  readonly #nodes = new Map<string, Node>();

  /** Boots a node, the first time or after a crash. */
  async boot(name: "node1" | "node2"): Promise<Node> {
    const node = await Node.boot(name, name === "node1" ? 2 : 3);
    this.#nodes.set(name, node);
    return node;
  }

  /** Power loss. */
  async crash(node: Node): Promise<void> {
    this.#nodes.delete(node.name);
    await node.crash();
  }

  /** The IPVS table of a node. */
  table(node: Node): Table {
    return new Table(node);
  }

  /** Says on all nodes that run what the text of a file is. */
  async writeEverywhere(path: string, text: string, mode?: string): Promise<void> {
    for (const node of this.#nodes.values()) await node.write(path, dedented(text), mode);
  }

  async destroy(): Promise<void> {
    for (const node of this.#nodes.values()) await node.destroy();
  }
}

/** A test with a cluster of two nodes, which are up, real servers and a client. */
export function clusterScenario(
  name: string,
  play: (world: ClusterWorld, node1: Node, node2: Node) => Promise<void>,
): void {
  Deno.test(name, async () => {
    await openWire();
    await run(["cp", "--remove-destination", PROGRAM, INSTALLED]);
    const world = { cluster: new Cluster(), reals: new RealServers(), client: new Client() };
    try {
      await play(world, await world.cluster.boot("node1"), await world.cluster.boot("node2"));
    } finally {
      await world.cluster.destroy();
      await world.reals.destroy();
      await closeWire();
    }
  });
}
