import { runProgram } from "../system/program.ts";

/**
 * Runs a program of the operator's for its effect, at most so many seconds; then it is ended with all that it started.
 * Never rejects.
 *
 * @returns what went wrong, if anything did.
 */
export async function runHook(argv: readonly string[], seconds: number): Promise<string | undefined> {
  const limit = AbortSignal.timeout(seconds * 1000);
  try {
    const { status, signal, lastLine } = await runProgram(argv, limit);
    if (limit.aborted) return `${argv[0]} took longer than ${seconds} s and was ended`;
    if (status === 0) return undefined;
    return `${argv[0]} ended with ${signal ?? `status ${status}`}${lastLine === "" ? "" : `: ${lastLine}`}`;
  } catch (error) {
    return `${argv[0]} cannot be started: ${(error as Error).message}`;
  }
}
