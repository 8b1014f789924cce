import { match } from "node:assert/strict";
import { clusterScenario } from "../world/cluster.ts";
import type { Node } from "../world/node.ts";
import { SITE, SITE_UP, VIRTUAL_SERVICE } from "../world/site.ts";
import { poll } from "../world/wait.ts";

const EXAMPLE = new URL("../../../packaging/examples/vrrp/keepalived.conf", import.meta.url);
const CONFIG = `\n    statuspage = 127.0.0.1:9780${SITE}`;

clusterScenario(
  "VRRP by keepalived beside us: the addresses follow a director that dies, and stay there",
  async (world, node1, node2) => {
    const { cluster, reals, client } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await cluster.writeEverywhere("/etc/ha.d/www", CONFIG);
    await cluster.writeEverywhere("/etc/keepalived/keepalived.conf", await Deno.readTextFile(EXAMPLE));
    for (const node of [node1, node2]) {
      await node.run("ldirectord", "www", "start");
      await cluster.table(node).becomes(SITE_UP);
    }
    node1.start("keepalived", "--vrrp", "--dont-fork");
    await hasAddress(node1, true);
    node2.start("keepalived", "--vrrp", "--dont-fork");
    await client.isServedBy(VIRTUAL_SERVICE, "10.0.0.11", "10.0.0.12");

    const load = client.startLoad(VIRTUAL_SERVICE);
    await node1.run("sh", "-c", "kill -9 $(cat /run/ldirectord.www.pid)");
    await hasAddress(node2, true);
    await hasAddress(node1, false);
    await load.end();
    await client.isServedBy(VIRTUAL_SERVICE, "10.0.0.11", "10.0.0.12");

    await node1.run("ldirectord", "www", "start");
    const healthy = async () => (await node1.outcomeOf("curl", "-s", "http://127.0.0.1:9780/healthz?director")).stdout;
    match(await poll(healthy, (text) => text.startsWith("ok"), 20), /^ok/);
    await cluster.crash(node2);
    console.log(`served again ${(await client.waitsForAnswer(VIRTUAL_SERVICE, 60)).toFixed(1)} s after the power loss`);
    await hasAddress(node1, true);
    await client.isServedBy(VIRTUAL_SERVICE, "10.0.0.11", "10.0.0.12");
  },
);

async function hasAddress(node: Node, wanted: boolean): Promise<void> {
  const shown = async () => (await node.outcomeOf("ip", "-4", "-br", "addr", "show", "eth0")).stdout;
  const has = (text: string) => text.includes("192.0.2.10/");
  const text = await poll(shown, (text) => has(text) === wanted, 40);
  if (has(text) !== wanted) throw new Error(`${node.name} ${wanted ? "lacks" : "still has"} the address: ${text}`);
}
