import { finishRoot, PACKAGES } from "../../../tools/packages/image.ts";
import { type Outcome, outcomeOf, run } from "./command.ts";
import { PROGRAM } from "./director.ts";

/** All that the container may do. */
const CAPABILITIES = ["CAP_NET_ADMIN", "CAP_NET_RAW"];

/** Copies the files of some Debian packages, as they are on this machine. */
const COPY = `
  root=$1
  shift
  dpkg -L "$@" | while read -r path; do
    [ -d "$path" ] || [ ! -e "$path" ] || echo "\${path#/}"
  done | sort -u | tar -C / -cf - -T - | tar -C "$root" -xf -
`;

/** A container in a host's network, by the image's root: it cannot write there, and has two capabilities. */
export class Container {
  private constructor(private readonly bundle: string) {}

  /** Makes the root and what the runtime is to do with it. */
  static async of(host: string): Promise<Container> {
    const bundle = "/run/container";
    const root = `${bundle}/rootfs`;
    await Deno.mkdir(root, { recursive: true });
    await run(["sh", "-c", COPY, "sh", root, ...PACKAGES]);
    await finishRoot(root);
    await Deno.copyFile(PROGRAM, `${root}/usr/sbin/ldirectord`);
    // crun looks for it even if it is to leave it alone.
    await run(["mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"]);
    await run(["crun", "spec", `--bundle=${bundle}`]);
    const spec = JSON.parse(await Deno.readTextFile(`${bundle}/config.json`));
    const { bounding, effective, permitted } = {
      bounding: CAPABILITIES,
      effective: CAPABILITIES,
      permitted: CAPABILITIES,
    };
    Object.assign(spec.process, {
      terminal: false,
      args: ["/usr/sbin/ldirectord", "--foreground", "www", "start"],
      capabilities: { bounding, effective, permitted },
      noNewPrivileges: true,
    });
    spec.root.readonly = true;
    spec.linux.namespaces = [
      ...["pid", "ipc", "uts", "mount"].map((type) => ({ type })),
      { type: "network", path: `/run/netns/${host}` },
    ];
    const mounts = spec.mounts.filter(({ type }: { type: string }) => type !== "cgroup");
    const own = ["/run", "/var/lib/ldirectord"].map((destination) => ({ destination, type: "tmpfs", source: "tmpfs" }));
    const configuration = { destination: "/etc/ha.d", type: "bind", source: "/etc/ha.d", options: ["rbind", "ro"] };
    spec.mounts = [...mounts, ...own, configuration];
    await Deno.writeTextFile(`${bundle}/config.json`, JSON.stringify(spec));
    return new Container(bundle);
  }

  /** Starts the container; what it prints goes to a file. */
  start(output: string): Deno.ChildProcess {
    const script = `exec crun --cgroup-manager=disabled run --bundle=${this.bundle} ldirectord >${output} 2>&1`;
    return new Deno.Command("sh", { args: ["-c", script], stdin: "null" }).spawn();
  }

  /** Runs a command of the program in the container. */
  ldirectord(...args: string[]): Promise<Outcome> {
    return outcomeOf(["crun", "exec", "ldirectord", "/usr/sbin/ldirectord", ...args]);
  }

  /** Sends the container's first process a signal, as `docker stop` does. */
  async stop(): Promise<void> {
    await run(["crun", "kill", "ldirectord", "TERM"]);
  }
}
