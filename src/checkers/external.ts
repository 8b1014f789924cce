/**
 * external and external-perl: a command of the operator says whether the server is well, by exit status 0.
 */

import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { runProgram } from "../wire/program.ts";
import { down, up } from "./verdict.ts";

const EXECUTABLE = 0o111;

/** Runs the command with its own arguments, then ours (virtual address or mark, virtual port, real address, real port). */
export function external(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  return judgeCommand([...target.command, ...target.commandArguments], run);
}

/** The same; a file that is not executable is a Perl script, which the old program loaded into itself. */
export async function externalPerl(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const argv = [...target.command, ...target.commandArguments];
  const { mode } = await Deno.stat(target.command[0]);
  return judgeCommand((mode ?? 0) & EXECUTABLE ? argv : ["perl", ...argv], run);
}

async function judgeCommand(argv: readonly string[], run: CheckRun): Promise<CheckResult> {
  run.trace(`running ${argv.join(" ")}`);
  const { status, signal, lastLine } = await runProgram(argv, run.signal);
  const said = lastLine && `: ${lastLine}`;
  if (signal !== undefined) return down("protocol", `the command was killed by ${signal}${said}`);
  return status === 0 ? up(`exit status 0${said}`) : down("protocol", `exit status ${status}${said}`);
}
