import { match, strictEqual } from "node:assert/strict";
import { clusterScenario } from "../world/cluster.ts";
import { SITE, SITE_UP } from "../world/site.ts";

const SCRIPT = new URL("../../../packaging/sysvinit/ldirectord", import.meta.url).pathname;

const OTHER = SITE.replaceAll("192.0.2.10:80", "192.0.2.10:8080");
const OTHER_UP = SITE_UP.replaceAll("192.0.2.10:80", "192.0.2.10:8080");

clusterScenario("sysvinit: the script runs a director for each configuration that is named", async (world, node) => {
  const { cluster, reals } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await cluster.writeEverywhere("/etc/ha.d/www", SITE);
  await cluster.writeEverywhere("/etc/ha.d/other", OTHER);
  const ends = async (action: string) => (await node.outcomeOf(SCRIPT, action)).code;
  const table = cluster.table(node);

  strictEqual(await ends("start"), 0, "nothing is named");
  strictEqual(await ends("status"), 3);
  await table.becomes("", 0);

  await node.write("/etc/default/ldirectord", 'CONFIGS="www other"\n');
  strictEqual(await ends("try-restart"), 0);
  await table.becomes("", 0);
  strictEqual(await ends("start"), 0);
  strictEqual(await ends("start"), 0, "they run already");
  strictEqual(await ends("status"), 0);
  await table.becomes(SITE_UP + OTHER_UP);

  await cluster.writeEverywhere("/etc/ha.d/other", "virtual = nonsense\n");
  match((await node.outcomeOf(SCRIPT, "reload")).stderr, /\/etc\/ha\.d\/other at line 1/);
  strictEqual(await ends("reload") === 0, false, "one of them could not be reloaded");
  await table.becomes(SITE_UP + OTHER_UP, 0);

  await cluster.writeEverywhere("/etc/ha.d/other", OTHER);
  strictEqual(await ends("restart"), 0);
  await table.becomes(SITE_UP + OTHER_UP);
  await node.run("/usr/sbin/ldirectord", "other", "stop");
  strictEqual(await ends("status"), 3, "one of them is stopped");
  strictEqual(await ends("stop"), 0, "the other one is stopped already");
  await table.becomes("", 0);
  strictEqual(await ends("nonsense"), 2);
});
