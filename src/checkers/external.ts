/**
 * external and external-perl: a command of the operator says whether the server is well, by exit status 0.
 */

import type { AskedWeight, CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { MOST_WEIGHT } from "../model/table.ts";
import { type ProgramEnd, programsEnded, runProgram } from "../system/program.ts";
import { down, up } from "./verdict.ts";
import type { Ending } from "../model/ending.ts";

const EXECUTABLE = 0o111;

/** By these a shell, env(1) and their kin say that a command is not executable, or not there (POSIX, 2.8.2). */
const NOT_RUN: ReadonlySet<number> = new Set([126, 127]);

/** Runs the command with its own arguments, then ours (virtual address or mark, virtual port, real address, real port). */
export function external(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  return judgeCommand([...target.command, ...target.commandArguments], target, run);
}

/** The same; a file that is not executable is a Perl script, which the old program loaded into itself. */
export async function externalPerl(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const argv = [...target.command, ...target.commandArguments];
  try {
    const { mode } = await Deno.stat(target.command[0]);
    if ((mode ?? 0) & EXECUTABLE) return judgeCommand(argv, target, run);
    // Of a script that it cannot read perl says the same as of one that fails.
    (await Deno.open(target.command[0])).close();
    return judgeCommand(["perl", ...argv], target, run);
  } catch (error) {
    return cannotRun(target.command[0], error);
  }
}

async function judgeCommand(argv: readonly string[], target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  run.trace(`* running ${argv.join(" ")}`);
  let end: ProgramEnd;
  try {
    end = await runUntil(run.signal, argv);
  } catch (error) {
    return cannotRun(argv[0], error);
  }
  const { status, signal, lastLine } = end;
  if (lastLine) run.trace(`< ${lastLine}`);
  run.trace(signal === undefined ? `* exit status ${status}` : `* killed by ${signal}`);
  const suffix = lastLine && `: ${lastLine}`;
  if (signal !== undefined) return down("reported", `the command was killed by ${signal}${suffix}`);
  if (NOT_RUN.has(status)) {
    return down("internal", `the command could not run what it needs: exit status ${status}${suffix}`);
  }
  if (status !== 0 && await isGone(target.command[0])) return notThere(target.command[0]);
  if (status !== 0) return down("reported", `exit status ${status}${suffix}`);
  return up(`exit status 0${suffix}`, target.dynamicWeight ? askedWeight(lastLine) : undefined);
}

/**
 * The verdict where a command cannot be started: that says nothing of the server.
 *
 * @throws any other error.
 */
function cannotRun(command: string, error: unknown): CheckResult {
  if (error instanceof Deno.errors.NotFound) return notThere(command);
  if (error instanceof Deno.errors.PermissionDenied) {
    return down("internal", `cannot run ${command}: permission denied (is it executable?)`);
  }
  throw error;
}

function notThere(command: string): CheckResult {
  return down("internal", `cannot run ${command}: it is not there, or the interpreter that it names is not`);
}

/** Whether a file is not there any more: its interpreter, which may have found it so, ends with a status of its own. */
async function isGone(file: string): Promise<boolean> {
  if (!file.includes("/")) return false;
  try {
    await Deno.stat(file);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

/** What ends each of the commands that run now. */
const running = new Set<AbortController>();

async function runUntil(over: Ending, argv: readonly string[]): Promise<ProgramEnd> {
  over.throwIfAborted();
  const ending = new AbortController();
  const end = () => ending.abort();
  over.addEventListener("abort", end);
  running.add(ending);
  try {
    return await runProgram(argv, ending.signal);
  } finally {
    running.delete(ending);
    over.removeEventListener("abort", end);
  }
}

/** Ends the commands of all rounds under way, and waits for that: nothing would end them once this process is gone. */
export async function endCommands(): Promise<void> {
  for (const ending of running) ending.abort();
  await programsEnded();
}

/** `weight 50` or `75%`: what a command may ask for on its last line. */
export function askedWeight(line: string): AskedWeight | undefined {
  const match = /^(?:weight\s+(\d{1,5})|(\d{1,3})%)$/.exec(line.trim());
  if (!match) return undefined;
  if (match[2] !== undefined) return { percent: Number(match[2]) };
  return Number(match[1]) <= MOST_WEIGHT ? { absolute: Number(match[1]) } : undefined;
}
