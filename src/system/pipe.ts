/** Whether a named pipe is there: opening one blocks the whole process until its other end is open. */
export function isPipe(path: string): boolean {
  try {
    return Deno.statSync(path).isFifo === true;
  } catch {
    return false;
  }
}
