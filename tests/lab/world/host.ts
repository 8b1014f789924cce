import { type Outcome, outcomeOf, run } from "./command.ts";
import { WIRE } from "./wire.ts";

/** A host of the lab: a network namespace with `eth0` on the lab's wire. */
export class Host {
  protected constructor(readonly name: string) {}

  /** Plugs in a host and gives it its addresses and routes: lines of `ip -batch`. */
  static async create(name: string, network: readonly string[], sysctls: readonly string[] = []): Promise<Host> {
    await plugIn(name, network);
    const host = new Host(name);
    if (sysctls.length > 0) await host.run("sysctl", "-qw", ...sysctls);
    return host;
  }

  /** Runs a command on the host; it must succeed. Gives its standard output. */
  run(...command: string[]): Promise<string> {
    return run(this.command(command));
  }

  /** Runs a command on the host to its end, whatever that is. */
  outcomeOf(...command: string[]): Promise<Outcome> {
    return outcomeOf(this.command(command));
  }

  /** The command line that runs a command on this host. */
  command(command: readonly string[]): string[] {
    return ["ip", "netns", "exec", this.name, ...command];
  }

  /** Starts a command on the host, which then runs until the host is destroyed. */
  start(...command: string[]): void {
    const [program, ...args] = this.command(command);
    const stdio = { stdin: "null", stdout: "null", stderr: "null" } as const;
    new Deno.Command(program, { args, ...stdio }).spawn().unref();
  }

  /** Ends everything that runs on the host, and unplugs it. */
  async destroy(): Promise<void> {
    while (await this.#killAll() > 0);
    await run(["ip", "-batch", "-"], lines([`link del p-${this.name}`, `netns del ${this.name}`]));
  }

  /** Kills every process on the host, and says how many there were: a dying one may have had children. */
  async #killAll(): Promise<number> {
    const pids = (await run(["ip", "netns", "pids", this.name])).split("\n").filter(Boolean);
    await outcomeOf(["kill", "-KILL", ...pids]);
    return pids.length;
  }
}

/** A network namespace with `eth0` on the lab's wire, and its addresses and routes. */
export async function plugIn(name: string, network: readonly string[]): Promise<void> {
  await run(
    ["ip", "-batch", "-"],
    lines([
      `netns add ${name}`,
      `link add p-${name} type veth peer name eth0 netns ${name}`,
      `link set p-${name} master ${WIRE} up`,
    ]),
  );
  await run(["ip", "-n", name, "-batch", "-"], lines(["link set lo up", "link set eth0 up", ...network]));
}

function lines(items: readonly string[]): string {
  return items.map((item) => `${item}\n`).join("");
}
