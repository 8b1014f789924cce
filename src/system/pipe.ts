/** Whether a named pipe is there: to open one is to wait, all of us, until somebody has opened its other end. */
export function isPipe(path: string): boolean {
  try {
    return Deno.statSync(path).isFifo === true;
  } catch {
    return false;
  }
}
