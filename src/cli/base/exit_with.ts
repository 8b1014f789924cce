import type { ExitStatus } from "./exit_status.ts";

/** Ends the command with an exit status: cli/command.ts alone catches it, and prints the message on standard error. */
export class ExitWith extends Error {
  /** @param message absent: everything has been said. */
  constructor(readonly status: ExitStatus, message = "") {
    super(message);
  }
}
