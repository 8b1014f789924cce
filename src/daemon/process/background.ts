import { keepInheritedFiles, setsid } from "../../system/libc/process.ts";
import { StandardStreams } from "../../system/standard_streams.ts";
import { writeAllSync } from "../../system/write_all.ts";

/** Tells a started program that it is the daemon and not the command. */
const MARK = "LDIRECTORD_IN_BACKGROUND";

/** What the daemon's environment has, and that of the programs that it starts has not. */
const ENVIRONMENT = {
  [MARK]: "1",
  // The C library gives each thread a heap of its own, and two of the runtime's grow to 3 MB each. With one for all the daemon
  // needs 3 MB less. mallopt(3), M_ARENA_MAX: read when a process starts.
  MALLOC_ARENA_MAX: "1",
};

/** What the daemon writes on its standard output when it is at work, before it closes it. */
const READY = "ready\n";

/** The exit status of a start that leaves no daemon behind. */
const FAILED = 1;

/** Not readable by all: logs and monitor files name servers and what they answered. */
const UMASK = 0o027;

/**
 * Starts this very program again, with these arguments, as a daemon, and waits until it is at work or has given up.
 * Until then its complaints go to our standard error.
 *
 * @param isAtWork whether the daemon with that pid runs.
 * @returns 0 when it is at work, or found another one that is; else the status that it gave up with.
 */
export async function startInBackground(args: readonly string[], isAtWork: (pid: number) => boolean): Promise<number> {
  // A lock that our caller holds for the time of the start must not be held by the daemon.
  keepInheritedFiles();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: ENVIRONMENT,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const isReady = await saysReady(child.stdout);
  if (isReady && isAtWork(child.pid)) {
    child.unref();
    return 0;
  }
  const { code, signal } = await child.status;
  if (!isReady && signal === null) return code;
  console.error(`ldirectord: the daemon ended at its start: ${signal ?? `exit status ${code}`}`);
  return FAILED;
}

/** Whether the daemon says that it is at work, before it ends. */
async function saysReady(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<boolean> {
  let received = "";
  for await (const text of output.pipeThrough(new TextDecoderStream())) received += text;
  return received === READY;
}

/** Whether {@link startInBackground} started this process. Asked once: programs that we start in turn must not think so. */
export function isBackgroundProcess(): boolean {
  const marked = Deno.env.get(MARK) !== undefined;
  if (marked) Object.keys(ENVIRONMENT).forEach((name) => Deno.env.delete(name));
  return marked;
}

/**
 * Leaves the terminal, the session and the directory that we were started in.
 *
 * @returns the streams by which the command that started us hears of us, for {@link announceReady}.
 */
export function leaveSession(): StandardStreams {
  setsid();
  Deno.chdir("/");
  Deno.umask(UMASK);
  return new StandardStreams();
}

/**
 * Tells the waiting command that the daemon is at work, and lets go of the standard streams. A command that did not wait
 * so long (^C, a time limit) is no reason to leave the table alone.
 */
export function announceReady(streams: StandardStreams): void {
  try {
    writeAllSync(Deno.stdout, new TextEncoder().encode(READY));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
  streams.close();
}
