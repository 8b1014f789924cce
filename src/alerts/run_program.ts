/** What came of a program that was run for its effect. */
export type ProgramOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/**
 * Runs a program with its arguments (no shell) and waits for its end, at most so many seconds; then it is killed.
 * Never rejects.
 */
export async function runProgram(path: string, args: readonly string[], seconds: number): Promise<ProgramOutcome> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(path, { args: [...args], stdin: "null", stdout: "null", stderr: "null" }).spawn();
  } catch (error) {
    return { ok: false, reason: `${path} cannot be started: ${(error as Error).message}` };
  }
  const timer = setTimeout(() => child.kill("SIGKILL"), seconds * 1000);
  const status = await child.status;
  clearTimeout(timer);
  if (status.success) return { ok: true };
  if (status.signal === "SIGKILL") return { ok: false, reason: `${path} was killed (it may take ${seconds} s)` };
  return { ok: false, reason: `${path} ended with ${status.signal ?? `status ${status.code}`}` };
}
