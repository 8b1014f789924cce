/** What a run of the program left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** Runs the program to its end. */
export async function ldirectord(...args: readonly string[]): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs `work` with a file that has this text, and removes it. */
export async function withFile<T>(
  text: string,
  work: (path: string) => Promise<T>,
  suffix = ".cf",
): Promise<T> {
  const path = await Deno.makeTempFile({ suffix });
  await Deno.writeTextFile(path, text);
  try {
    return await work(path);
  } finally {
    await Deno.remove(path);
  }
}
