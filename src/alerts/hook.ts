import { harmless } from "../model/harmless_text.ts";
import { Turns } from "../model/turns.ts";
import { runProgram } from "../system/program.ts";

/**
 * The turns of all hooks and webhooks: each holds descriptors, of which there may be few. The daemon resizes it to those that
 * there are.
 */
export const hookTurns: Turns = new Turns(8);

/**
 * Runs a program of the operator's for its effect, in its turn and at most so many seconds; then it is ended with all
 * that it started.
 * Never rejects.
 *
 * @param signal ends it before.
 * @returns what went wrong, if anything did.
 */
export function runHook(
  argv: readonly string[],
  seconds: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  return hookTurns.run(() => call(argv, seconds, signal));
}

async function call(argv: readonly string[], seconds: number, signal?: AbortSignal): Promise<string | undefined> {
  if (signal?.aborted) return `${argv[0]} was not called: no time was left`;
  const limit = AbortSignal.timeout(seconds * 1000);
  try {
    const end = await runProgram(argv, signal ? AbortSignal.any([limit, signal]) : limit);
    if (signal?.aborted) return `${argv[0]} was ended: no time was left`;
    if (limit.aborted) return `${argv[0]} took longer than ${seconds} s and was ended`;
    const { status, signal: killedBy, lastLine } = end;
    if (status === 0) return undefined;
    return `${argv[0]} ended with ${killedBy ?? `status ${status}`}${lastLine === "" ? "" : `: ${harmless(lastLine)}`}`;
  } catch (error) {
    return `${argv[0]} cannot be started: ${(error as Error).message}`;
  }
}
