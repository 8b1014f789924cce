import { match, notStrictEqual, strictEqual } from "node:assert/strict";
import { clusterScenario, type ClusterWorld } from "../world/cluster.ts";
import { SITE, SITE_UP } from "../world/site.ts";
import type { Node } from "../world/node.ts";
import { poll } from "../world/wait.ts";

const EXAMPLES = new URL("../../../packaging/examples/", import.meta.url).pathname;
const SERVICE = "/etc/service/ldirectord-www";

/** A director with a supervised configuration, just started by a supervisor. */
async function dies(world: ClusterWorld, node: Node): Promise<void> {
  const table = world.cluster.table(node);
  await table.becomes(SITE_UP, 30);
  const first = await pidOf(node);
  await node.run("kill", "-KILL", first);
  notStrictEqual(await poll(() => pidOf(node), (pid) => pid !== "" && pid !== first, 60), first);
  await table.becomes(SITE_UP, 0);
}

async function pidOf(node: Node): Promise<string> {
  return (await node.outcomeOf("cat", "/run/ldirectord.www.pid")).stdout.trim();
}

async function supervisedSite({ cluster, reals }: ClusterWorld): Promise<void> {
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await cluster.writeEverywhere("/etc/ha.d/www", `\n    supervised = yes${SITE}`);
}

clusterScenario("runit: the example starts it, starts it anew, keeps its log and stops it", async (world, node) => {
  await supervisedSite(world);
  await node.run("mkdir", "-p", "/etc/service");
  await node.run("cp", "-a", `${EXAMPLES}runit`, SERVICE);
  node.start("runsvdir", "/etc/service");
  await dies(world, node);
  strictEqual((await node.outcomeOf("sv", "-w", "20", "check", SERVICE)).code, 0);
  await node.run("sv", "-w", "60", "stop", SERVICE);
  await world.cluster.table(node).becomes("", 0);
  match(await node.run("cat", "/var/log/ldirectord-www/current"), /Added virtual server: 192\.0\.2\.10:80/);
});

clusterScenario(
  "daemontools: the example starts it, starts it anew, keeps its log and stops it",
  async (world, node) => {
    await supervisedSite(world);
    await node.run("mkdir", "-p", "/etc/service");
    await node.run("cp", "-a", `${EXAMPLES}daemontools`, SERVICE);
    node.start("svscan", "/etc/service");
    await dies(world, node);
    await node.run("svc", "-d", SERVICE);
    await world.cluster.table(node).becomes("", 30);
    match(await node.run("cat", "/var/log/ldirectord-www/current"), /Added virtual server: 192\.0\.2\.10:80/);
  },
);

clusterScenario("monit: the example starts it, starts it anew, and ends one that is stuck", async (world, node) => {
  const { cluster, reals } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await cluster.writeEverywhere("/etc/ha.d/www", SITE);
  await node.write("/etc/monitrc", `set daemon 1\ninclude ${EXAMPLES}monit/ldirectord\n`, "600");
  node.start("monit", "-I", "-c", "/etc/monitrc");
  await dies(world, node);

  const stuck = await pidOf(node);
  await node.run("kill", "-STOP", stuck);
  await node.run("touch", "--date=10 minutes ago", "/run/ldirectord.www.pulse");
  notStrictEqual(await poll(() => pidOf(node), (pid) => pid !== "" && pid !== stuck, 90), stuck);
  await cluster.table(node).becomes(SITE_UP, 0);
});
