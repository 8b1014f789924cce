import { notStrictEqual } from "node:assert/strict";
import { director, group, ip } from "../world/cib.ts";
import { clusterScenario } from "../world/cluster.ts";
import { SITE, SITE_UP, VIRTUAL_SERVICE } from "../world/site.ts";
import { Pacemaker } from "../world/pacemaker.ts";
import { poll } from "../world/wait.ts";

const RESOURCES = group(
  "lvs",
  ip("vip", "192.0.2.10"),
  ip("gateway", "10.0.0.1"),
  director("director", "www", [["monitor", "5s"], ["monitor", "20s", { OCF_CHECK_LEVEL: "10" }]]),
);
const AT_HOME = `<rsc_location id="home" rsc="lvs" node="node1" score="50"/>`;

clusterScenario(
  "Pacemaker, a group: the director is started anew where it died, and goes where the addresses go",
  async (world, node1, node2) => {
    const { cluster, reals, client } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await cluster.writeEverywhere("/etc/ha.d/www", SITE);
    const pacemaker = new Pacemaker(RESOURCES, AT_HOME);
    await pacemaker.start(node1);
    await pacemaker.start(node2);
    await pacemaker.becomes(node1, /director\s.*Started node1/, 180);
    await cluster.table(node1).becomes(SITE_UP);
    await client.isServedBy(VIRTUAL_SERVICE, "10.0.0.11", "10.0.0.12");
    await cluster.table(node2).becomes("", 0);

    const load = client.startLoad(VIRTUAL_SERVICE);
    const pid = async () => (await node1.outcomeOf("cat", "/run/ldirectord.www.pid")).stdout.trim();
    const first = await pid();
    const died = performance.now();
    await node1.run("kill", "-KILL", first);
    notStrictEqual(await poll(pid, (now) => now !== "" && now !== first, 60), first, "a director of another process");
    console.log(`director started anew ${seconds(performance.now() - died)} s after its death`);
    await pacemaker.becomes(node1, /director \d+s-interval monitor on node1 returned 'not running'/, 5);
    await cluster.table(node1).becomes(SITE_UP, 0);
    await load.endsWithoutFailure();

    await cluster.crash(node1);
    console.log(
      `clients served again ${
        seconds(1000 * await client.waitsForAnswer(VIRTUAL_SERVICE, 180))
      } s after the power loss`,
    );
    await cluster.table(node2).becomes(SITE_UP);
    await client.isServedBy(VIRTUAL_SERVICE, "10.0.0.11", "10.0.0.12");
    await pacemaker.becomes(node2, /director\s.*Started node2/, 20);
  },
);

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}
