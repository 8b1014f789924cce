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
 * @param options.signal ends it before.
 * @param options.env what its environment has besides what every program's has.
 * @returns what went wrong, if anything did.
 */
export function runHook(
  argv: readonly string[],
  seconds: number,
  options: HookOptions = {},
): Promise<string | undefined> {
  return hookTurns.run(() => call(argv, seconds, options));
}

/** How a hook is run. */
export interface HookOptions {
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
}

async function call(
  argv: readonly string[],
  seconds: number,
  { signal, env }: HookOptions,
): Promise<string | undefined> {
  if (signal?.aborted) return `${argv[0]} was not called: no time was left`;
  const limit = AbortSignal.timeout(seconds * 1000);
  try {
    const end = await runProgram(argv, signal ? AbortSignal.any([limit, signal]) : limit, { env });
    if (signal?.aborted) return `${argv[0]} was ended: no time was left`;
    if (limit.aborted) return `${argv[0]} took longer than ${seconds} s and was ended`;
    const { status, signal: killedBy, lastLine } = end;
    if (status === 0) return undefined;
    return `${argv[0]} ended with ${killedBy ?? `status ${status}`}${lastLine === "" ? "" : `: ${harmless(lastLine)}`}`;
  } catch (error) {
    return `${argv[0]} cannot be started: ${(error as Error).message}`;
  }
}
