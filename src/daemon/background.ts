import { keepInheritedFiles, setsid } from "../system/libc.ts";
import { closeStandardStreams } from "../system/standard_streams.ts";

/** Tells a started program that it is the daemon and not the command. */
const MARK = "LDIRECTORD_IN_BACKGROUND";

/** What the daemon writes on its standard output when it is at work. */
const READY = "ready\n";

/** Not readable by all: logs and monitor files name servers and what they answered. */
const UMASK = 0o027;

/**
 * Starts this very program again, with these arguments, as a daemon, and waits until it is at work or has given up.
 * Until then its complaints go to our standard error.
 *
 * @returns 0 when it is at work, or found another one that is; else the status that it gave up with.
 */
export async function startInBackground(args: readonly string[]): Promise<number> {
  // A lock that whoever calls us holds for the time of the start must not be held by the daemon.
  keepInheritedFiles();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { [MARK]: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  child.unref();
  const { value } = await child.stdout.getReader().read();
  if (value && new TextDecoder().decode(value) === READY) return 0;
  const { code } = await child.status;
  return code;
}

/** Whether {@link startInBackground} started this process. Asked once: programs that we start in turn must not think so. */
export function isBackgroundProcess(): boolean {
  const marked = Deno.env.get(MARK) !== undefined;
  Deno.env.delete(MARK);
  return marked;
}

/** Leaves the terminal, the session and the directory that we were started in. */
export function leaveSession(): void {
  setsid();
  Deno.chdir("/");
  Deno.umask(UMASK);
}

/**
 * Tells the waiting command that the daemon is at work, and lets go of the standard streams. A command that did not wait
 * so long (somebody's ^C, a time limit) is no reason to leave the table alone.
 */
export function announceReady(): void {
  try {
    Deno.stdout.writeSync(new TextEncoder().encode(READY));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
  closeStandardStreams();
}
