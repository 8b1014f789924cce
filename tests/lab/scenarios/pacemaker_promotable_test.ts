import { match, strictEqual } from "node:assert/strict";
import { director, group, ip, promotable } from "../world/cib.ts";
import { clusterScenario } from "../world/cluster.ts";
import { SITE, SITE_UP, VIRTUAL_SERVICE } from "../world/site.ts";
import { Conversation } from "../world/conversation.ts";
import { Pacemaker } from "../world/pacemaker.ts";
import { poll } from "../world/wait.ts";

/** With a service of long conversations, and the nodes' connections known to each other. */
const SYNCED_SITE = `
    syncdaemon = both
    syncinterface = eth0
    syncid = 7${SITE}
    virtual = 192.0.2.10:7
            real = 10.0.0.11:7 masq
            checktype = connect
            scheduler = rr
`;

const ALL_UP = `${SITE_UP}
    -A -t 192.0.2.10:7 -s rr
    -a -t 192.0.2.10:7 -r 10.0.0.11:7 -m -w 1
`;

const ONE_DOWN = ALL_UP.replace(/.*10\.0\.0\.12.*/, "");

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
  "Pacemaker, a promotable clone: the standby takes over with the health that it knows, and with the connections",
  async (world, node1, node2) => {
    const { cluster, reals, client } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await reals.echo("10.0.0.11", 7);
    await cluster.writeEverywhere("/etc/ha.d/www", SYNCED_SITE);
    const pacemaker = new Pacemaker(RESOURCES, CONSTRAINTS);
    await pacemaker.start(node1);
    await pacemaker.start(node2);
    await pacemaker.becomes(node1, /Promoted: \[ node1 \]\s+\* Unpromoted: \[ node2 \]/, 180);
    await pacemaker.becomes(node1, /gateway\s.*Started node1/, 60);
    await cluster.table(node1).becomes(ALL_UP);
    await client.isServedBy(VIRTUAL_SERVICE, "10.0.0.11", "10.0.0.12");
    await cluster.table(node2).becomes("", 0);

    await using conversation = await Conversation.begin("192.0.2.10", 7);
    // The kernel sends a connection from its fourth packet on (net.ipv4.vs.sync_threshold).
    for (const word of ["one", "two", "three", "four"]) await conversation.echoes(word, 5);
    // It gathers what it tells for up to two seconds.
    const told = async () => (await node2.run("ipvsadm", "-L", "-n", "-c")).includes("192.0.2.10:7");
    strictEqual(await poll(told, Boolean, 20), true, "the standby knows the connection");
    reals.stop("10.0.0.12");
    await cluster.table(node1).becomes(ONE_DOWN);

    await cluster.crash(node1);
    const seconds = await client.waitsForAnswer(VIRTUAL_SERVICE, 180);
    console.log(`clients served again ${seconds.toFixed(1)} s after the power loss`);
    await client.isServedBy(VIRTUAL_SERVICE, "10.0.0.11");
    await cluster.table(node2).becomes(ONE_DOWN, 0);
    await conversation.echoes("still there?", 60);

    const log = await node2.run("cat", "/var/log/ldirectord.log");
    match(log, /Starting Linux Director .*, standing by\n(.*\n)*.*Activated: taking over the IPVS table\n/);
  },
);
