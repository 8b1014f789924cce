import { cleanCommand } from "../../system/clean_command.ts";
import { OWN_PROGRAM } from "../../system/own_program.ts";
import type { Log } from "../log/log.ts";

/**
 * The further configurations of `execute` directives, each run by a daemon of its own that is started, reloaded and stopped with ours, and on duty when ours is.
 */
export class FurtherInstances {
  readonly #log: Log;
  #names: readonly string[] = [];
  /** One thing after the other: a stop in the middle of a start would find no daemon to stop. */
  #before: Promise<void> = Promise.resolve();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Starts those that are new, stops those that are gone, reloads the others if `reload` says so. */
  reconfigure(names: readonly string[], { standby = false, reload = false } = {}): Promise<void> {
    const before = this.#names;
    this.#names = names;
    // A start that never ends, as supervised = yes has it, would hold up everything that comes after it.
    const start = ["start", "--background", ...(standby ? ["--standby"] : [])];
    return this.#then([
      ...names.filter((name) => !before.includes(name)).map((name) => [name, ...start]),
      ...before.filter((name) => !names.includes(name)).map((name) => [name, "stop"]),
      ...(reload ? names.filter((name) => before.includes(name)).map((name) => [name, "reload"]) : []),
    ]);
  }

  /** Has all of them take the table over, or leave it. */
  go(verb: "activate" | "deactivate"): Promise<void> {
    return this.#then(this.#names.map((name) => [verb, name]));
  }

  #then(commands: readonly string[][]): Promise<void> {
    this.#before = this.#before.then(async () => {
      await Promise.all(commands.map((args) => this.#run(args)));
    });
    return this.#before;
  }

  async #run(args: string[]): Promise<void> {
    const onTrouble = (trouble: string) => this.#log.error(`execute: ldirectord ${args.join(" ")} ${trouble}`);
    try {
      const command = cleanCommand(OWN_PROGRAM, { args, stdin: "null", stdout: "null", stderr: "piped" });
      const { code, stderr } = await command.output();
      if (code === 0) return;
      const message = new TextDecoder().decode(stderr).trim().split("\n")[0];
      onTrouble(`ended with status ${code}${message ? `: ${message}` : ""}`);
    } catch (error) {
      onTrouble(`cannot be started: ${(error as Error).message}`);
    }
  }
}
