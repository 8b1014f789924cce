import type { Log } from "./log.ts";

/**
 * The further configurations of `execute` directives, each run by a daemon of its own that is started, reloaded and stopped with ours.
 */
export class FurtherInstances {
  readonly #log: Log;
  #names: readonly string[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** Starts those that are new, stops those that are gone, reloads the others if `reload` says so. */
  async become(names: readonly string[], reload = false): Promise<void> {
    const before = this.#names;
    this.#names = names;
    await Promise.all([
      ...names.filter((name) => !before.includes(name)).map((name) => this.#run(name, "start")),
      ...before.filter((name) => !names.includes(name)).map((name) => this.#run(name, "stop")),
      ...(reload ? names.filter((name) => before.includes(name)).map((name) => this.#run(name, "reload")) : []),
    ]);
  }

  async #run(name: string, verb: "start" | "stop" | "reload"): Promise<void> {
    const command = new Deno.Command(Deno.execPath(), {
      args: [name, verb],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    });
    const { code, stderr } = await command.output();
    if (code === 0) return;
    const said = new TextDecoder().decode(stderr).trim().split("\n")[0];
    this.#log.error(`execute: ldirectord ${name} ${verb} ended with status ${code}${said ? `: ${said}` : ""}`);
  }
}
