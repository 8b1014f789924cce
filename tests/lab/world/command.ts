/** What a finished command left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, whatever that is. `input` is its standard input. */
export async function outcomeOf(command: readonly string[], input?: string): Promise<Outcome> {
  const [program, ...args] = command;
  const stdin = input === undefined ? "null" : "piped";
  const child = new Deno.Command(program, { args, stdin, stdout: "piped", stderr: "piped" }).spawn();
  if (input !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs a command that must succeed, and gives its standard output. */
export async function run(command: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await outcomeOf(command, input);
  if (code !== 0) throw new Error(`${command.join(" ")}: exit status ${code}\n${stderr}${stdout}`);
  return stdout;
}
