/**
 * Servers from Debian's packages, run in the foreground with everything they have in one temporary directory.
 */

import { fail } from "node:assert/strict";

/** Where a server runs: its addresses, and the network namespace that has them, where that is not this one. */
export interface Site {
  readonly v4: string;
  readonly v6: string;
  readonly namespace?: string;
}

/** This host, seen from itself. */
export const LOOPBACK: Site = { v4: "127.0.0.1", v6: "::1" };

/** Certificates of an authority of the tests' own; valid.pem and server.key belong to www.example.com. */
export const CERTIFICATES = new URL("certificates", import.meta.url).pathname;

/** How a program is started, and how it says that it serves. */
export interface ServerProgram {
  /** The Debian package that has it. */
  readonly package: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** In the line that it writes when it is ready. */
  readonly ready: RegExp;
  /** By default on {@link LOOPBACK}. */
  readonly site?: Site;
}

/** A running server: disposing of it ends it and waits for its end. */
export interface RealServer extends AsyncDisposable {
  /** All that it has written so far. */
  said(): string;
  /** Stops it and its children where they are (SIGSTOP); disposing of the result lets them go on. */
  freeze(): Disposable;
}

/** Longest wait for a server to be ready, or to end. */
const PATIENCE_MS = 60_000;

/** Starts a server and waits until it is ready. Fails the test when it is not installed or does not get that far. */
export async function startServer(program: ServerProgram): Promise<RealServer> {
  const child = spawn(program);
  const hurry = setTimeout(() => kill(child), PATIENCE_MS);
  const output = new Output(child);
  const ready = await output.waitFor(program.ready);
  clearTimeout(hurry);
  if (!ready) fail(`${program.argv[0]} did not get ready:\n${output.text}`);
  return {
    said: () => output.text,
    freeze: () => freeze(child.pid),
    [Symbol.asyncDispose]: async () => {
      // The test may have killed it.
      signal(child.pid, "SIGTERM");
      const hurry = setTimeout(() => kill(child), PATIENCE_MS);
      await child.status;
      await output.ended;
      clearTimeout(hurry);
    },
  };
}

/** Waits until a port accepts connections: for a server that does not say so. */
export async function untilAccepting(port: number, { v4 }: Site = LOOPBACK): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    try {
      return (await Deno.connect({ hostname: v4, port })).close();
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  fail(`port ${port} accepts no connections`);
}

/** Runs a program to its end; fails the test when that is not a good one. */
export async function runTool(
  packageName: string,
  argv: readonly string[],
  stdin = "",
  env?: ServerProgram["env"],
): Promise<string> {
  const child = spawn({ package: packageName, argv, env, ready: /$/ }, "piped");
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) fail(`${argv.join(" ")} failed:\n${text}`);
  return text;
}

/** A directory of its own for a server, removed with all that is in it at the end. */
export async function temporaryDirectory(mode = 0o755): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "ldirectord-test-" });
  await Deno.chmod(path, mode);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

function spawn(program: ServerProgram, stdin: "null" | "piped" = "null"): Deno.ChildProcess {
  const { namespace } = program.site ?? LOOPBACK;
  const [command, ...args] = namespace ? ["ip", "netns", "exec", namespace, ...program.argv] : program.argv;
  try {
    // Debian keeps servers where an ordinary user's PATH does not look.
    const env = { PATH: `${Deno.env.get("PATH")}:/usr/sbin:/sbin`, LC_ALL: "C", ...program.env };
    return new Deno.Command(command, { args, env, stdin, stdout: "piped", stderr: "piped" }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    fail(`${command} is not installed: run "deno task setup", or apt-get install ${program.package}`);
  }
}

function freeze(pid: number): Disposable {
  const family = descendants(pid);
  for (const each of family) signal(each, "SIGSTOP");
  return { [Symbol.dispose]: () => family.forEach((each) => signal(each, "SIGCONT")) };
}

/** A process and all that it has started, each before its children. */
function descendants(pid: number): number[] {
  const { stdout } = new Deno.Command("pgrep", { args: ["-P", String(pid)] }).outputSync();
  const children = new TextDecoder().decode(stdout).split("\n").filter(Boolean).map(Number);
  return [pid, ...children.flatMap(descendants)];
}

/** Signals a process that may have ended meanwhile, as children of servers do. */
function signal(pid: number, signal: "SIGSTOP" | "SIGCONT" | "SIGTERM"): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function kill(child: Deno.ChildProcess): void {
  child.kill("SIGKILL");
}

/** Gathers what a program writes, and looks for a word in it. */
class Output {
  text = "";
  readonly ended: Promise<unknown>;
  #heard?: () => void;
  #over = false;

  constructor(child: Deno.ChildProcess) {
    this.ended = Promise.all([this.#gather(child.stdout), this.#gather(child.stderr)]).then(() => {
      this.#over = true;
      this.#heard?.();
    });
  }

  /** Whether it came, before the program ended. */
  async waitFor(word: RegExp): Promise<boolean> {
    while (!word.test(this.text)) {
      if (this.#over) return false;
      await new Promise<void>((resolve) => this.#heard = resolve);
    }
    return true;
  }

  async #gather(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.text += text;
      this.#heard?.();
    }
  }
}
