import { fail } from "../terminal.ts";

/** How a command is run. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Returns what a command prints, or ends the program with its complaint. */
export async function run(
  [command, ...args]: readonly string[],
  { cwd, env }: CommandOptions = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd, env, stdin: "null" }).output();
  const [printed, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) fail(`${command} ${args[0]} failed: ${complaint.trim() || printed.trim()}`);
  return printed;
}

/** Runs `work` with the path of a folder that goes with it. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "ldirectord-package-" });
  try {
    await Deno.chmod(folder, 0o755);
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
