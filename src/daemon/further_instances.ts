import { OWN_PROGRAM } from "../system/own_program.ts";
import type { Log } from "./log.ts";

/**
 * The further configurations of `execute` directives, each run by a daemon of its own that is started, reloaded and stopped with ours, and on duty when ours is.
 */
export class FurtherInstances {
  readonly #log: Log;
  #names: readonly string[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** Starts those that are new, stops those that are gone, reloads the others if `reload` says so. */
  async become(names: readonly string[], { standby = false, reload = false } = {}): Promise<void> {
    const before = this.#names;
    this.#names = names;
    const start = standby ? ["start", "--standby"] : ["start"];
    await Promise.all([
      ...names.filter((name) => !before.includes(name)).map((name) => this.#run(name, ...start)),
      ...before.filter((name) => !names.includes(name)).map((name) => this.#run(name, "stop")),
      ...(reload ? names.filter((name) => before.includes(name)).map((name) => this.#run(name, "reload")) : []),
    ]);
  }

  /** Has all of them take the table over, or leave it. */
  async go(verb: "activate" | "deactivate"): Promise<void> {
    await Promise.all(this.#names.map((name) => this.#run(verb, name)));
  }

  async #run(...args: string[]): Promise<void> {
    const complain = (trouble: string) => this.#log.error(`execute: ldirectord ${args.join(" ")} ${trouble}`);
    try {
      const command = new Deno.Command(OWN_PROGRAM, { args, stdin: "null", stdout: "null", stderr: "piped" });
      const { code, stderr } = await command.output();
      if (code === 0) return;
      const said = new TextDecoder().decode(stderr).trim().split("\n")[0];
      complain(`ended with status ${code}${said ? `: ${said}` : ""}`);
    } catch (error) {
      complain(`cannot be started: ${(error as Error).message}`);
    }
  }
}
