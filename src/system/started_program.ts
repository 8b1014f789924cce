/** Kills a program that we started; one that has ended already is left at that. */
export function killChild(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended already, and may have left a process behind that keeps its pipes.
  }
}

/** Reads what a program writes to its end, and returns the last characters of it, at most so many. */
export async function lastWords(output: ReadableStream<Uint8Array>, most: number): Promise<string> {
  let tail = "";
  for await (const bytes of output) tail = (tail + new TextDecoder().decode(bytes)).slice(-most);
  return tail;
}
