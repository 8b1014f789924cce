import { run } from "../world/command.ts";
import { type Cluster, clusterScenario } from "../world/cluster.ts";
import { SITE, SITE_UP } from "../world/site.ts";
import { dedented } from "../world/director.ts";
import type { Node } from "../world/node.ts";

const EXAMPLES = new URL("../../../packaging/examples/callback/", import.meta.url).pathname;
const CALLBACK = "/usr/local/sbin/sync";
const GLOBALS = `\n    autoreload = yes\n    callback = ${CALLBACK}${SITE}`;
const CHANGED = GLOBALS.replace(/ +real = 10\.0\.0\.12.*\n/, "");
const CHANGED_UP = SITE_UP.replace(/.*10\.0\.0\.12.*/, "");
const HOSTS = "127.0.0.1 localhost\n10.0.0.2 node1 director1\n10.0.0.3 node2 director2\n";

const CSYNC2 = `
nossl * *;
group directors {
  host node1 node2;
  key /etc/csync2.key;
  include /etc/ha.d/www;
  auto younger;
}
`;

for (const method of ["scp", "rsync", "csync2"]) {
  clusterScenario(
    `callback by ${method}: a change on one director is in force on both`,
    async (world, node1, node2) => {
      const { cluster, reals } = world;
      await reals.are(["10.0.0.11", "10.0.0.12"]);
      await cluster.writeEverywhere("/etc/hosts", HOSTS);
      await run(["install", "-m", "755", `${EXAMPLES}${method}`, CALLBACK]);
      if (method === "csync2") await shareByCsync2(cluster, node2);
      else await trustBySsh(node1, node2);
      await cluster.writeEverywhere("/etc/ha.d/www", GLOBALS);
      if (method === "csync2") await node1.run("csync2", "-x");
      for (const node of [node1, node2]) {
        await node.run("ldirectord", "www", "start");
        await cluster.table(node).becomes(SITE_UP);
      }

      await node1.write("/etc/ha.d/www", dedented(CHANGED));
      await cluster.table(node1).becomes(CHANGED_UP, 60);
      await cluster.table(node2).becomes(CHANGED_UP, 60);
    },
  );
}

/** Each node may become root on the other, and knows it by its key. */
async function trustBySsh(node1: Node, node2: Node): Promise<void> {
  await run(["rm", "-rf", "/root/.ssh"]);
  await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/.ssh/id_ed25519"]);
  await run(["cp", "/root/.ssh/id_ed25519.pub", "/root/.ssh/authorized_keys"]);
  for (const node of [node1, node2]) {
    await node.run("ssh-keygen", "-A");
    await node.run("mkdir", "-p", "/run/sshd");
    await node.run("/usr/sbin/sshd");
  }
  await node1.run("sh", "-c", "ssh-keyscan -T 60 director1 director2 >>/root/.ssh/known_hosts");
}

async function shareByCsync2(cluster: Cluster, receiver: Node): Promise<void> {
  await cluster.writeEverywhere("/etc/csync2.cfg", CSYNC2);
  await cluster.writeEverywhere("/etc/csync2.key", "thedirectorssharethiskeyandnobodyelseknowsit\n");
  receiver.start("csync2", "-ii");
}
