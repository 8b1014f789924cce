import { outcomeOf, run } from "./command.ts";
import { Host, plugIn } from "./host.ts";
import { poll } from "./wait.ts";

/** Where a node's own files are kept, and what its boot tells the lab. */
const NODES = "/run/nodes";

/** The node's first process: gives it files and processes of its own, and then waits for the power to fail. */
const BOOT = `
  set -e
  own=$1
  mount --make-rprivate /
  for folder in /etc /var; do
    mkdir -p $own/upper$folder $own/work$folder
    mount -t overlay -o lowerdir=$folder,upperdir=$own/upper$folder,workdir=$own/work$folder overlay $folder
  done
  hostname $2
  mount -t tmpfs shm /dev/shm
  mount -t tmpfs run /run
  mkdir /run/lock
  rm -rf /var/log/ldirectord.log /etc/ha.d/www /etc/ha.d/conf
  systemd-tmpfiles --create 2>/dev/null || true
  touch /run/up
  trap : CHLD
  while :; do sleep 3600 & wait; done
`;

/**
 * A whole machine of a cluster: a host with processes, a name, and files under /etc, /var and /run of its own. It has
 * addresses in both networks of the lab, 192.0.2.N and 10.0.0.N, unless it is given others.
 */
export class Node extends Host {
  private constructor(name: string, readonly address: string, private readonly pid: number) {
    super(name);
  }

  /** Boots the node with that number. `network` has lines of `ip -batch`. */
  static async boot(name: string, number: number, network = inBothNetworks(number)): Promise<Node> {
    const own = `${NODES}/${name}`;
    await Deno.mkdir(own, { recursive: true });
    await plugIn(name, network);
    const namespaces = ["unshare", "-m", "-u", "-i", "-p", "-f", "--mount-proc"];
    const [program, ...args] = ["ip", "netns", "exec", name, ...namespaces, "bash", "-c", BOOT, "boot", own, name];
    const stdio = { stdin: "null", stdout: "null", stderr: "null" } as const;
    const child = new Deno.Command(program, { args, ...stdio }).spawn();
    child.unref();
    const firstProcess = async () => Number((await outcomeOf(["pgrep", "--parent", String(child.pid)])).stdout);
    const node = new Node(name, `10.0.0.${number}`, await poll(firstProcess, Boolean, 10));
    const isUp = async () => (await node.outcomeOf("test", "-e", "/run/up")).code === 0;
    if (!await poll(isUp, Boolean, 10)) throw new Error(`${name} does not boot`);
    await node.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.send_redirects=0");
    await node.run("sysctl", "-qw", "net.ipv4.conf.eth0.send_redirects=0");
    return node;
  }

  override command(command: readonly string[]): string[] {
    return ["nsenter", "--target", String(this.pid), "--all", ...command];
  }

  /** Writes a file of the node's. */
  async write(path: string, text: string, mode = "644"): Promise<void> {
    await this.run("sh", "-c", `mkdir -p "$(dirname $1)"; printf %s "$2" >$1; chmod $3 $1`, "write", path, text, mode);
  }

  /** Power loss: nothing of it is left on the wire. */
  async crash(): Promise<void> {
    await run(["ip", "link", "set", `p-${this.name}`, "down"]);
    await run(["kill", "-KILL", String(this.pid)]);
    await this.destroy();
  }

  override async destroy(): Promise<void> {
    await super.destroy();
    await Deno.remove(`${NODES}/${this.name}`, { recursive: true });
  }
}

function inBothNetworks(number: number): string[] {
  return [`addr add 192.0.2.${number}/24 brd + dev eth0`, `addr add 10.0.0.${number}/24 brd + dev eth0`];
}
