import { match } from "node:assert/strict";
import { director, group, ip, promotable } from "../world/cib.ts";
import { clusterScenario } from "../world/cluster.ts";
import { SITE, SITE_UP, VIRTUAL_SERVICE } from "../world/cluster_site.ts";
import { Pacemaker } from "../world/pacemaker.ts";

const MONITORS = [
  ["monitor", "5s", { role: "Promoted" }],
  ["monitor", "6s", { role: "Unpromoted" }],
] as const;
const RESOURCES = promotable("directors", director("director", "www", MONITORS)) +
  group("addresses", ip("vip", "192.0.2.10"), ip("gateway", "10.0.0.1"));
const CONSTRAINTS =
  `<rsc_colocation id="with" rsc="addresses" with-rsc="directors" with-rsc-role="Promoted" score="INFINITY"/>` +
  `<rsc_order id="after" first="directors" first-action="promote" then="addresses" then-action="start"/>` +
  `<rsc_location id="home" rsc="directors" node="node1" role="Promoted" score="50"/>`;

clusterScenario(
  "Pacemaker, a promotable clone: the standby takes over with the health that it knows",
  async (world, node1, node2) => {
    const { cluster, reals, client } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await cluster.writeEverywhere("/etc/ha.d/www", SITE);
    const pacemaker = new Pacemaker(RESOURCES, CONSTRAINTS);
    await pacemaker.start(node1);
    await pacemaker.start(node2);
    await pacemaker.becomes(node1, /Promoted: \[ node1 \]\s+\* Unpromoted: \[ node2 \]/, 90);
    await cluster.table(node1).becomes(SITE_UP);
    await client.isServedBy(VIRTUAL_SERVICE, "10.0.0.11", "10.0.0.12");
    await cluster.table(node2).becomes("", 0);

    reals.stop("10.0.0.12");
    await cluster.table(node1).becomes(SITE_UP.replace(/.*10\.0\.0\.12.*/, ""));
    await pacemaker.becomes(node1, /vip\s.*Started node1/, 20);
    await cluster.crash(node1);
    console.log(
      `clients served again ${(await client.waitsForAnswer(VIRTUAL_SERVICE, 90)).toFixed(1)} s after the power loss`,
    );
    await client.isServedBy(VIRTUAL_SERVICE, "10.0.0.11");
    await cluster.table(node2).becomes(SITE_UP.replace(/.*10\.0\.0\.12.*/, ""), 0);
    const log = await node2.run("cat", "/var/log/ldirectord.log");
    match(log, /Starting Linux Director .*, standing by\n(.*\n)*.*Activated: taking over the IPVS table\n/);
  },
);
