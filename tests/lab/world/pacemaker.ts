import { match } from "node:assert/strict";
import type { Node } from "./node.ts";
import { poll } from "./wait.ts";

/** Our agent, where Pacemaker finds it. */
export const AGENT = "/usr/lib/ocf/resource.d/ldirectord/ldirectord";
const OUR_AGENT = new URL("../../../packaging/ocf/ldirectord", import.meta.url).pathname;

const COROSYNC = `
totem {
  version: 2
  cluster_name: lab
  transport: knet
  crypto_cipher: none
  crypto_hash: none
  token: 3000
}
logging {
  to_stderr: no
  to_logfile: yes
  logfile: /var/log/corosync.log
  to_syslog: no
}
quorum {
  provider: corosync_votequorum
  two_node: 1
  wait_for_all: 0
}
nodelist {
  node {
    name: node1
    nodeid: 1
    ring0_addr: 10.0.0.2
  }
  node {
    name: node2
    nodeid: 2
    ring0_addr: 10.0.0.3
  }
}
`;

/** Two nodes without fencing: there is no power switch here. */
const PROPERTIES = { "stonith-enabled": "false", "no-quorum-policy": "ignore", "dc-deadtime": "3s" };

/** Puts our agent where agents are. */
export async function installAgent(node: Node): Promise<void> {
  await node.run("install", "-D", OUR_AGENT, AGENT);
}

/** corosync and Pacemaker on both nodes of a cluster. */
export class Pacemaker {
  /** @param resources the CIB's resources, and its constraints. */
  constructor(private readonly resources: string, private readonly constraints = "") {}

  /** Starts both on a node. */
  async start(node: Node): Promise<void> {
    await installAgent(node);
    await node.write("/etc/corosync/corosync.conf", COROSYNC);
    await node.write("/etc/hosts", "127.0.0.1 localhost\n10.0.0.2 node1\n10.0.0.3 node2\n");
    await node.write("/var/lib/pacemaker/cib/cib.xml", this.#cib(), "600");
    await node.run("chown", "hacluster:haclient", "/var/lib/pacemaker/cib/cib.xml");
    await node.run("corosync");
    const ready = () => node.outcomeOf("corosync-cmapctl", "-q").then(({ code }) => code === 0);
    if (!await poll(ready, Boolean, 20)) throw new Error(`${node.name}: corosync does not come up`);
    node.start("setsid", "pacemakerd");
  }

  /** Waits until the cluster's state, as `crm_mon` shows it, matches. */
  async becomes(node: Node, pattern: RegExp, seconds: number): Promise<void> {
    match(await poll(() => this.state(node), (state) => pattern.test(state), seconds), pattern);
  }

  /** What `crm_mon` shows. */
  async state(node: Node): Promise<string> {
    const { stdout, stderr } = await node.outcomeOf("crm_mon", "--one-shot", "--inactive");
    return stdout + stderr;
  }

  #cib(): string {
    const properties = Object.entries(PROPERTIES).map(([name, value]) =>
      `<nvpair id="option-${name}" name="${name}" value="${value}"/>`
    );
    return `<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0">
      <configuration>
        <crm_config><cluster_property_set id="cib-bootstrap-options">${
      properties.join("")
    }</cluster_property_set></crm_config>
        <nodes/><resources>${this.resources}</resources><constraints>${this.constraints}</constraints>
      </configuration><status/>
    </cib>`;
  }
}
