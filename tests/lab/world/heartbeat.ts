import type { Node } from "./node.ts";
import { poll } from "./wait.ts";

const CONFIG = `
logfile /var/log/ha-log
keepalive 500ms
warntime 2
deadtime 4
initdead 10
udpport 694
bcast eth0
auto_failback on
node node1
node node2
crm no
`;

/** heartbeat, as it was before there was Pacemaker: resources by `haresources`. */
export class Heartbeat {
  /** @param resources the line of haresources. */
  constructor(private readonly resources: string) {}

  /** Configures and starts it on a node. The director is the script that it calls. */
  async start(node: Node): Promise<void> {
    await node.write("/etc/ha.d/ha.cf", CONFIG);
    await node.write("/etc/ha.d/haresources", `${this.resources}\n`);
    await node.write("/etc/ha.d/authkeys", "auth 1\n1 sha1 secret\n", "600");
    await node.write("/etc/hosts", "127.0.0.1 localhost\n10.0.0.2 node1\n10.0.0.3 node2\n");
    await node.run("ln", "-sfn", "/usr/sbin/ldirectord", "/etc/ha.d/resource.d/ldirectord");
    const { code, stderr } = await node.outcomeOf("/usr/libexec/heartbeat/heartbeat");
    if (code !== 0) throw new Error(`heartbeat ended with status ${code}: ${stderr}`);
  }

  /** Waits until one node sees another one in that state. */
  async sees(node: Node, other: string, state: string, seconds: number): Promise<void> {
    const ask = async () => (await node.outcomeOf("cl_status", "nodestatus", other)).stdout.trim();
    if (await poll(ask, (now) => now === state, seconds) !== state) throw new Error(`${other} is not ${state}`);
  }
}
