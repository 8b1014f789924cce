import { match, strictEqual } from "node:assert/strict";
import { clusterScenario } from "../world/cluster.ts";
import { SITE, SITE_UP } from "../world/site.ts";
import { AGENT, installAgent } from "../world/pacemaker.ts";
import { poll } from "../world/wait.ts";

const CONFIG = "/etc/ha.d/www";

clusterScenario("ocf-tester has nothing to say against the resource agent", async ({ cluster, reals }, node) => {
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await cluster.writeEverywhere(CONFIG, SITE);
  await installAgent(node);
  const { code, stdout, stderr } = await node.outcomeOf("ocf-tester", "-n", "www", "-o", "configfile=www", AGENT);
  match(stdout + stderr, /passed all tests/);
  strictEqual(code, 0);
});

clusterScenario("the resource agent of the Perl program drives ours as well", async ({ cluster, reals }, node) => {
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await cluster.writeEverywhere(CONFIG, SITE);
  const old = "/usr/lib/ocf/resource.d/heartbeat/ldirectord";
  const { stdout, stderr } = await node.outcomeOf("ocf-tester", "-n", "www", "-o", `configfile=${CONFIG}`, old);
  match(stdout + stderr, /passed all tests/);
});

clusterScenario("the resource agent's exit codes", async ({ cluster, reals }, node) => {
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await installAgent(node);
  const agent = async (action: string, ...environment: string[]) => {
    const { code, stderr } = await node.outcomeOf("env", "OCF_RESKEY_configfile=www", ...environment, AGENT, action);
    return `${action}: ${code} ${/^ocf-exit-reason:.*$/m.exec(stderr)?.[0] ?? ""}`.trim();
  };
  const elsewhere = "OCF_RESKEY_configfile=/etc/ha.d/elsewhere";
  const missing = "ocf-exit-reason:there is no configuration /etc/ha.d/elsewhere on this node";
  strictEqual(await agent("start", elsewhere), `start: 2 ${missing}`);
  strictEqual(await agent("validate-all", elsewhere), `validate-all: 2 ${missing}`);
  strictEqual(await agent("monitor"), "monitor: 7");
  strictEqual(await agent("begin"), "begin: 3");
  strictEqual(
    await agent("start", "OCF_RESKEY_ldirectord=/nowhere"),
    "start: 5 ocf-exit-reason:/nowhere is not installed here",
  );
  strictEqual(await agent("monitor", "OCF_RESKEY_ldirectord=/nowhere"), "monitor: 7");
  strictEqual(await agent("stop", "OCF_RESKEY_ldirectord=/nowhere"), "stop: 0");
  for (const age of ["2min", "0", "-5"]) {
    strictEqual(
      await agent("start", `OCF_RESKEY_pulse_max_age=${age}`),
      `start: 6 ocf-exit-reason:pulse_max_age is a number of seconds, not ${age}`,
    );
  }
  strictEqual(
    await agent("validate-all", "OCF_RESKEY_ldirectord=ldirectord"),
    "validate-all: 6 ocf-exit-reason:ldirectord is an absolute path, not ldirectord",
  );

  await node.write(CONFIG, "virtual = nonsense\n");
  match(await agent("start"), /^start: 2 ocf-exit-reason:Error \[\d+\] reading file \/etc\/ha\.d\/www at line 1/);
  match(await agent("validate-all"), /^validate-all: 2 ocf-exit-reason:\/etc\/ha\.d\/www:1/);
  strictEqual(await agent("stop"), "stop: 0");

  await cluster.writeEverywhere(CONFIG, SITE);
  strictEqual(await agent("start"), "start: 0");
  await cluster.table(node).becomes(SITE_UP);
  strictEqual(await agent("monitor", "OCF_CHECK_LEVEL=10"), "monitor: 0");
  // The director puts back what has vanished, so it vanishes again and again.
  node.start("sh", "-c", "until test -e /run/enough; do ipvsadm --clear; sleep 0.1; done");
  const lacks = /^monitor: 1 ocf-exit-reason:CRITICAL: .* but the IPVS table lacks 192\.0\.2\.10:80$/;
  match(await poll(() => agent("monitor", "OCF_CHECK_LEVEL=10"), (said) => lacks.test(said), 20), lacks);
  await node.run("touch", "/run/enough");
  strictEqual(await agent("reload"), "reload: 0");
  await cluster.table(node).becomes(SITE_UP);
  await node.write(CONFIG, "virtual = nonsense\n");
  strictEqual(await agent("monitor"), "monitor: 0");
  match(await agent("reload"), /^reload: 2 ocf-exit-reason:Error/);
  await cluster.table(node).becomes(SITE_UP, 0);

  await node.run("ldirectord", "deactivate", "www");
  strictEqual(
    await agent("monitor", "OCF_CHECK_LEVEL=10"),
    "monitor: 1 ocf-exit-reason:the director stands by: no director keeps the table",
  );
  strictEqual(await agent("start"), "start: 0");
  await cluster.table(node).becomes(SITE_UP, 0);
  match(
    await agent("stop", "OCF_RESKEY_ldirectord=/nowhere"),
    /^stop: 5 ocf-exit-reason:\/nowhere is gone, and process \d+ of it runs on$/,
  );

  await node.run("sh", "-c", "kill -KILL $(cat /run/ldirectord.www.pid)");
  strictEqual(await agent("monitor"), "monitor: 7");
  await cluster.writeEverywhere(CONFIG, SITE);
  strictEqual(await agent("start"), "start: 0");
  strictEqual(await agent("monitor", "OCF_CHECK_LEVEL=10"), "monitor: 0");
  await cluster.table(node).becomes(SITE_UP, 0);

  await node.run("sh", "-c", "kill -STOP $(cat /run/ldirectord.www.pid)");
  await node.run("touch", "--date=3 minutes ago", "/run/ldirectord.www.pulse");
  strictEqual(await agent("monitor"), "monitor: 0");
  match(
    await agent("monitor", "OCF_CHECK_LEVEL=10"),
    /^monitor: 1 ocf-exit-reason:CRITICAL: ldirectord pulse has stopped \(1[89]\d seconds since last beat\), but /,
  );
  await node.run("sh", "-c", "kill -CONT $(cat /run/ldirectord.www.pid)");
  strictEqual(await agent("stop"), "stop: 0");
  await cluster.table(node).becomes("", 0);
});

clusterScenario(
  "the resource agent tells a clone's roles apart, by the director that runs now",
  async (world, node) => {
    const { cluster, reals } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await installAgent(node);
    await cluster.writeEverywhere(CONFIG, SITE);
    // Without a cluster its score is nowhere to be kept: that is complained of, and stops nothing.
    const clone = ["OCF_RESKEY_configfile=www", "OCF_RESKEY_CRM_meta_promoted_max=1", "OCF_RESOURCE_INSTANCE=www"];
    const agent = async (action: string) => (await node.outcomeOf("env", ...clone, AGENT, action)).code;
    strictEqual(await agent("start"), 0);
    strictEqual(await agent("monitor"), 0);
    strictEqual(await agent("promote"), 0);
    strictEqual(await agent("monitor"), 8);
    await cluster.table(node).becomes(SITE_UP, 0);

    await node.run("sh", "-c", "kill -STOP $(cat /run/ldirectord.www.pid)");
    await node.run("sed", "-i", 's/"pid":/"pid":9/', "/run/ldirectord.www.pulse");
    strictEqual(
      await agent("monitor"),
      0,
      "the director that kept the table has died, and the one that starts does not yet",
    );
    await node.run("sh", "-c", "kill -CONT $(cat /run/ldirectord.www.pid)");

    strictEqual(await agent("demote"), 0);
    strictEqual(await agent("monitor"), 0);
    await cluster.table(node).becomes("", 0);
    strictEqual(await agent("stop"), 0);
    strictEqual(await agent("monitor"), 7);
  },
);
