import { match, notStrictEqual, strictEqual } from "node:assert/strict";
import type { Status } from "../../../src/control/status.ts";
import { GATEWAY, sibling6, VIRTUAL } from "./addresses.ts";
import type { Outcome } from "./command.ts";
import { Host } from "./host.ts";
import { PACE, poll } from "./wait.ts";

/** The program under test. Any with ldirectord's command line will do: the Perl one, too. */
export const PROGRAM = Deno.env.get("LAB_BINARY") ?? new URL("../../../dist/ldirectord", import.meta.url).pathname;

/** The configuration's name where a scenario gives none. */
const NAME = "www";

/** Where the program logs, when its configuration says nothing else. */
export const LOG = "/var/log/ldirectord.log";

/** The program's way to be started costs two seconds in the lab. */
const START_SECONDS = Math.ceil(30 * PACE);

/** A configuration's last line, by which the table is read and changed through the program ipvsadm. */
export const BY_IPVSADM = "\nipvsdriver = ipvsadm\n";

/** The director's host, and the program on it. */
export class Director {
  readonly #names = new Set<string>();

  /** What every configuration has at its end. */
  readonly #postscript: string;

  private constructor(readonly host: Host, private readonly program: string, postscript = "") {
    this.#postscript = postscript;
  }

  /** Sets up a host that does nothing but look after its table: clients do not reach it. */
  static async besideTheWay(name: string, address: string, program = PROGRAM, postscript?: string): Promise<Director> {
    const network = [`addr add ${address}/24 dev eth0`, `addr add ${sibling6(address)}/64 dev eth0 nodad`];
    return new Director(await Host.create(name, network), program, postscript);
  }

  /** Sets up the host between clients and real servers, with all virtual addresses on it. */
  static async inTheWay(program = PROGRAM, postscript?: string): Promise<Director> {
    const host = await Host.create("director", [
      `addr add ${GATEWAY.v4}/24 dev eth0`,
      `addr add ${GATEWAY.v6}/64 dev eth0 nodad`,
      ...VIRTUAL.v4.map((address) => `addr add ${address}/24 dev eth0`),
      ...VIRTUAL.v6.map((address) => `addr add ${address}/64 dev eth0 nodad`),
    ], [
      "net.ipv4.ip_forward=1",
      "net.ipv6.conf.all.forwarding=1",
      // One wire carries both networks: packets leave the way they came, and no host must hear of a shorter one.
      "net.ipv4.conf.all.send_redirects=0",
      "net.ipv4.conf.eth0.send_redirects=0",
    ]);
    return new Director(host, program, postscript);
  }

  /** Writes the configuration and starts the program on it. */
  async start(config: string, name = NAME): Promise<void> {
    await this.configure(config, name);
    await this.does("start", name);
  }

  /** Starts the program as a supervisor does, with standard output in a file. */
  startInForeground(output: string, name = NAME): void {
    this.host.start("sh", "-c", `exec ${this.program} ${name} start >${output} 2>&1`);
  }

  /** Starts the program with every check logged, all that it says in a file. */
  startInDebug(output: string, name = NAME): void {
    this.host.start("sh", "-c", `exec ${this.program} -d ${name} start >${output} 2>&1`);
  }

  /** Writes the configuration, and leaves the program to find out. */
  async configure(config: string, name = NAME): Promise<void> {
    this.#names.add(name);
    await Deno.mkdir("/etc/ha.d", { recursive: true });
    await Deno.writeTextFile(`/etc/ha.d/${name}`, dedented(config) + this.#postscript);
  }

  /** Writes the configuration and has the program read it. */
  async reload(config: string, name = NAME): Promise<void> {
    await this.configure(config, name);
    await this.does("reload", name);
  }

  /** Has the program read its files, and waits until it goes by what they say, or has refused to. */
  async rereads(name = NAME): Promise<void> {
    const before = (await this.status(name))?.daemon.lastReload?.time;
    await this.does("reload", name);
    const after = await poll(
      async () => (await this.status(name))?.daemon.lastReload?.time,
      (time) => time !== before,
      15,
    );
    notStrictEqual(after, before, `${name} has not read its files again`);
  }

  /** Stops the program; it is gone when this returns. */
  async stop(name = NAME): Promise<void> {
    await this.does("stop", name);
    strictEqual(await this.pid(name), undefined, `${name} still runs after stop`);
  }

  /** Runs a verb that must succeed. */
  async does(verb: string, name = NAME): Promise<void> {
    const { code, stdout, stderr } = await this.try(verb, name);
    if (code !== 0) throw new Error(`ldirectord ${name} ${verb}: exit status ${code}\n${stderr}${stdout}`);
  }

  /** Runs a verb, whatever comes of it. */
  try(verb: string, name = NAME): Promise<Outcome> {
    return this.host.outcomeOf("timeout", String(START_SECONDS), this.program, name, verb);
  }

  /** Runs a command beside the verbs, whatever comes of it. */
  tool(...words: string[]): Promise<Outcome> {
    return this.host.outcomeOf("timeout", String(START_SECONDS), this.program, ...words);
  }

  /** Types a line into a shell on the host, where `ldirectord` is the program; gives all that it prints, in its order. */
  async typed(line: string): Promise<string> {
    const named = `ldirectord() { ${this.program} "$@"; }; ldirectord2() { ldirectord "$@"; }`;
    const script = `${named}\n{ ${line}\n} 2>&1`;
    return (await this.host.outcomeOf("timeout", String(START_SECONDS), "sh", "-c", script)).stdout;
  }

  /** What the daemon says of its state; `undefined` when none answers. */
  async status(name = NAME): Promise<Status | undefined> {
    const { stdout } = await this.tool(name, "status", "--json");
    return stdout === "" ? undefined : JSON.parse(stdout);
  }

  /** Runs a command beside the verbs on a terminal of 80 by 24, types the keys after so many seconds, and gives what it showed. */
  terminal(seconds: number, keys: string, ...words: string[]): Promise<Outcome> {
    const onTerminal = `stty rows 24 cols 80; exec ${this.program} ${words.join(" ")}`;
    const typed =
      `(sleep ${seconds}; printf '${keys}'; sleep 1) | timeout ${START_SECONDS} script -qec '${onTerminal}' /dev/null`;
    return this.host.outcomeOf("env", "LANG=C.UTF-8", "TERM=xterm", "sh", "-c", typed);
  }

  /** Sends the program a signal. */
  async signal(signal: Deno.Signal, name = NAME): Promise<void> {
    const pid = await this.pid(name);
    if (pid === undefined) throw new Error(`${name} does not run`);
    Deno.kill(pid, signal);
  }

  /** Ends the program as a crash would; it is gone when this returns. */
  async crash(name = NAME): Promise<void> {
    await this.signal("SIGKILL", name);
    await this.isGone(name);
  }

  /** Waits until the program is gone. */
  async isGone(name = NAME): Promise<void> {
    strictEqual(await poll(() => this.pid(name), (pid) => pid === undefined, 15), undefined, `${name} still runs`);
  }

  /** The process id in the pid file, if such a process lives. */
  async pid(name = NAME): Promise<number | undefined> {
    try {
      const pid = Number(await Deno.readTextFile(`/run/ldirectord.${name}.pid`));
      await Deno.stat(`/proc/${pid}`);
      return pid;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Waits until the log has a line that matches. */
  async logs(pattern: RegExp, seconds = 10): Promise<void> {
    match(await poll(() => this.log(), (log) => pattern.test(log), seconds), pattern);
  }

  /** The log so far. */
  async log(): Promise<string> {
    return await Deno.readTextFile(LOG).catch(() => "");
  }

  /** Ends all that runs on the host, and unplugs it. */
  async destroy(): Promise<void> {
    for (const name of this.#names) await Deno.remove(`/run/ldirectord.${name}.pid`).catch(() => {});
    await this.host.destroy();
  }
}

/** The text without the indentation that all its lines have, so that configurations can be written in line. */
export function dedented(text: string): string {
  const lines = text.replace(/^\n/, "").replace(/\n *$/, "\n").split("\n");
  const indents = lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const shared = Math.min(...indents);
  return lines.map((line) => line.slice(shared)).join("\n");
}
