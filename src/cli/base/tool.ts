import type { ExitStatus } from "./exit_status.ts";
import type { Declaration } from "./declaration.ts";

/** A command beside those that steer a daemon: `ldirectord NAME [options] [arguments]`. */
export interface Tool extends Declaration {
  /** What `ldirectord NAME --help` prints. */
  readonly usage: string;
  /**
   * Does it.
   *
   * @param others loads all tools that people use, for a tool that speaks of them.
   * @throws {UsageError} when the arguments make no sense.
   */
  run(args: readonly string[], others: () => Promise<Tools>): Promise<ExitStatus>;
}

/** Tools by their names, in the order in which they are listed. */
export type Tools = ReadonlyMap<string, Tool>;

/** The command line asks for something that the command does not know; the message says what. */
export class UsageError extends Error {}
