/**
 * Sends a daemon a signal. False when it has ended meanwhile.
 *
 * @throws {Error} with what to do, when it is another user's.
 */
export function signalDaemon(pid: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    throw new Error(`no permission to signal the daemon with pid ${pid}: run as root`);
  }
}
