/**
 * A program that gets its input as arguments and answers by its exit status and its last line.
 */

import { cleanCommand } from "./clean_command.ts";

/** Milliseconds between TERM and KILL. */
const GRACE = 1000;
/** Milliseconds for which output is awaited after the program's end; a background child may keep it open for ever. */
const LAST_WORDS = 100;
/** Bytes of output that are kept: the last ones. */
const TAIL = 1024;

/** What a program is given besides its arguments. */
export interface ProgramOptions {
  readonly input?: Uint8Array<ArrayBuffer>;
  readonly env?: Readonly<Record<string, string>>;
}

/** How a program ended. */
export interface ProgramEnd {
  /** Its exit status; 128 plus the signal's number after a signal. */
  readonly status: number;
  /** The signal that killed it. */
  readonly signal: string | undefined;
  /** The last line that it wrote, to stdout or else to stderr; may be empty. */
  readonly lastLine: string;
}

/** What tells a program to end: an AbortSignal, or anything that does what is used of one. */
export interface StopSignal {
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/**
 * Runs `argv` without a shell, in a session and an environment of its own, to which `env` adds, with `input` to read, or
 * nothing. When `signal` is aborted it is
 * told to end (TERM) with all that it started, and made to (KILL) after a grace.
 * Throws `Deno.errors.*` when it can't be started.
 */
export async function runProgram(
  argv: readonly string[],
  signal: StopSignal,
  { input, env }: ProgramOptions = {},
): Promise<ProgramEnd> {
  signal.throwIfAborted();
  const [command, ...args] = argv;
  const child = cleanCommand(command, {
    args,
    env,
    stdin: input ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
  // One that ends without reading everything speaks through its status.
  if (input) new Blob([input]).stream().pipeTo(child.stdin).catch(() => {});
  const outputs = [new Tail(child.stdout), new Tail(child.stderr)];
  const stop = () => endGroup(child);
  signal.addEventListener("abort", stop);
  try {
    const { code, signal: killedBy } = await child.status;
    await settled(outputs.map((output) => output.closed), LAST_WORDS);
    const lastLine = outputs.map((output) => output.lastLine()).find((line) => line !== "") ?? "";
    return { status: code, signal: killedBy ?? undefined, lastLine };
  } finally {
    signal.removeEventListener("abort", stop);
    for (const output of outputs) output.drop();
  }
}

/** Programs that have been told to end, each until it has. */
const ending = new Set<Promise<void>>();

/**
 * Resolves when every program that was asked to end has done so, or cannot. A process that exits earlier leaves programs
 * behind that ignore TERM.
 */
export async function programsEnded(): Promise<void> {
  await settled([...ending], 2 * GRACE);
}

/** TERM to the whole group; KILL when the program has ended, for what it left behind, or when its grace has. */
function endGroup(child: Deno.ChildProcess): void {
  const tell = (name: Deno.Signal) => {
    try {
      Deno.kill(-child.pid, name);
    } catch {
      // No process is left in the group.
    }
  };
  tell("SIGTERM");
  const timer = setTimeout(() => tell("SIGKILL"), GRACE);
  const ended = child.status.then(() => {
    clearTimeout(timer);
    tell("SIGKILL");
    ending.delete(ended);
  });
  ending.add(ended);
}

/** Resolves when all of `promises` are, or after so many milliseconds. */
async function settled(promises: Promise<void>[], milliseconds: number): Promise<void> {
  let timer: number | undefined;
  const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
  await Promise.race([Promise.all(promises), patience]);
  clearTimeout(timer);
}

/** Reads an output to its end and keeps only the last of it. */
class Tail {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly closed: Promise<void>;
  #kept = "";

  constructor(output: ReadableStream<Uint8Array>) {
    this.#reader = output.getReader();
    this.closed = this.#drain();
  }

  lastLine(): string {
    return this.#kept.trimEnd().split("\n").at(-1)!.trim();
  }

  drop(): void {
    this.#reader.cancel().catch(() => {});
  }

  async #drain(): Promise<void> {
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) return;
      this.#kept = (this.#kept + new TextDecoder().decode(value.subarray(-TAIL))).slice(-TAIL);
    }
  }
}
