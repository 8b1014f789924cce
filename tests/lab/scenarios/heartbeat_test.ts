import { match, strictEqual } from "node:assert/strict";
import { clusterScenario } from "../world/cluster.ts";
import { SITE, SITE_UP, VIRTUAL_SERVICE } from "../world/site.ts";
import { Heartbeat } from "../world/heartbeat.ts";

const RESOURCES = "node1 IPaddr::192.0.2.10/24/eth0 IPaddr::10.0.0.1/24/eth0 ldirectord::www";

clusterScenario(
  "heartbeat with haresources: failover when the power fails, failback when it returns",
  async (world, node1, node2) => {
    const { cluster, reals, client } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await cluster.writeEverywhere("/etc/ha.d/conf/www", SITE);
    const heartbeat = new Heartbeat(RESOURCES);
    await heartbeat.start(node1);
    await heartbeat.start(node2);
    await cluster.table(node1).becomes(SITE_UP, 180);
    await client.isServedBy(VIRTUAL_SERVICE, "10.0.0.11", "10.0.0.12");
    await cluster.table(node2).becomes("", 0);

    const status = await node1.outcomeOf("/etc/ha.d/resource.d/ldirectord", "www", "status");
    match(status.stderr, /ldirectord for \/etc\/ha\.d\/conf\/www is running with pid: \d+/);
    strictEqual(status.code, 0);

    await cluster.crash(node1);
    console.log(
      `clients served again ${(await client.waitsForAnswer(VIRTUAL_SERVICE, 180)).toFixed(1)} s after the power loss`,
    );
    await cluster.table(node2).becomes(SITE_UP);
    await client.isServedBy(VIRTUAL_SERVICE, "10.0.0.11", "10.0.0.12");

    const again = await cluster.boot("node1");
    await again.write("/etc/ha.d/conf/www", SITE.replaceAll("\n    ", "\n"));
    await heartbeat.start(again);
    await cluster.table(again).becomes(SITE_UP, 180);
    await cluster.table(node2).becomes("", 60);
    await client.isServedBy(VIRTUAL_SERVICE, "10.0.0.11", "10.0.0.12");
  },
);
