import { match, strictEqual } from "node:assert/strict";
import { type Outcome, outcomeOf, run } from "./command.ts";
import { PROGRAM } from "./director.ts";
import { poll } from "./wait.ts";

const UNITS = new URL("../../../systemd/", import.meta.url).pathname;

/** Where the units say that the program is. */
const INSTALLED = "/usr/sbin/ldirectord";

/** `ldirectord@www.service`, or that of another configuration, under the lab's systemd, on the director's host. */
export class SystemdUnit {
  readonly name: string;

  private constructor(configuration: string) {
    this.name = `ldirectord@${configuration}.service`;
  }

  /** Installs program and unit. `settings` are lines of its [Service] section beside our own. */
  static async install(
    host: string,
    settings: readonly string[] = [],
    configuration?: string,
  ): Promise<SystemdUnit> {
    await run(["cp", "--remove-destination", PROGRAM, INSTALLED]);
    await run(["cp", `${UNITS}ldirectord@.service`, "/etc/systemd/system/"]);
    await outcomeOf(["useradd", "--system", "--user-group", "ldirectord"]);
    return await SystemdUnit.onHost(host, settings, configuration);
  }

  /** The unit as it is installed, put onto the host. */
  static async onHost(
    host: string,
    settings: readonly string[] = [],
    configuration = "www",
  ): Promise<SystemdUnit> {
    await Deno.mkdir("/etc/systemd/system/ldirectord@.service.d", { recursive: true });
    const lines = ["[Service]", `NetworkNamespacePath=/run/netns/${host}`, ...settings, ""];
    await Deno.writeTextFile("/etc/systemd/system/ldirectord@.service.d/lab.conf", lines.join("\n"));
    await run(["systemctl", "daemon-reload"]);
    return new SystemdUnit(configuration);
  }

  /** `systemctl VERB`, which must succeed. */
  async does(verb: string): Promise<void> {
    const { code, stderr } = await this.try(verb);
    if (code !== 0) throw new Error(`systemctl ${verb}: exit status ${code}\n${stderr}${await this.journal()}`);
  }

  /** `systemctl VERB`, whatever comes of it. */
  try(verb: string): Promise<Outcome> {
    return outcomeOf(["timeout", "60", "systemctl", verb, this.name]);
  }

  /** A property, as `systemctl show` has it. */
  async property(name: string): Promise<string> {
    return (await run(["systemctl", "show", "--property", name, "--value", this.name])).trim();
  }

  /** Waits until a property matches. */
  async becomes(name: string, pattern: RegExp, seconds = 20): Promise<void> {
    match(await poll(() => this.property(name), (value) => pattern.test(value), seconds), pattern, name);
  }

  /** Waits until systemd has started it anew so often, and it runs. */
  async wasRestarted(times: number): Promise<void> {
    await this.becomes("NRestarts", new RegExp(`^${times}$`));
    await this.becomes("ActiveState", /^active$/);
    strictEqual(await this.property("NRestarts"), String(times));
  }

  /** Sends the director's process a signal. */
  async signal(signal: Deno.Signal): Promise<void> {
    Deno.kill(Number(await this.property("MainPID")), signal);
  }

  /** The unit's end of the journal. */
  async journal(): Promise<string> {
    return (await outcomeOf(["journalctl", "--no-pager", "--lines=30", `--unit=${this.name}`])).stdout;
  }
}
