/** A program that receives at a Unix socket, as a log daemon or a service manager does. */

/** Longest wait for it, and for what it is sent. */
const PATIENCE_MS = 30_000;

/** How it receives: by datagrams, at a path or an abstract name, or by connections. */
type Kind = "UNIX-RECV" | "ABSTRACT-RECV" | "UNIX-LISTEN";

/** A running receiver. */
export interface UnixReceiver {
  /** Waits until what it was sent matches, and returns all of it; after {@link PATIENCE_MS}, what there is. */
  hears(pattern: RegExp): Promise<string>;
  /** Stops it where it is (SIGSTOP). */
  sticks(): void;
  close(): Promise<void>;
}

/** Starts a receiver, and returns it when it takes what is sent. */
export async function receiveAt(kind: Kind, path: string): Promise<UnixReceiver> {
  const address = kind === "UNIX-LISTEN" ? `${kind}:${path},fork` : `${kind}:${path}`;
  const child = new Deno.Command("socat", { args: ["-u", address, "STDOUT"], stdin: "null", stdout: "piped" }).spawn();
  for (const end = Date.now() + PATIENCE_MS; !isOpen(kind, path) && Date.now() < end;) {
    await new Promise((wake) => setTimeout(wake, 20));
  }
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  return {
    async hears(pattern) {
      const hurry = setTimeout(() => kill(child), PATIENCE_MS);
      while (!pattern.test(heard)) {
        const { value, done } = await reader.read();
        if (done) break;
        heard += value;
      }
      clearTimeout(hurry);
      return heard;
    },
    sticks: () => child.kill("SIGSTOP"),
    async close() {
      kill(child);
      await reader.cancel();
      await child.status;
      await Deno.remove(path).catch(() => {});
    },
  };
}

/** Whether the socket takes what is sent to it: one that only has its name yet refuses connections (__SO_ACCEPTCON). */
function isOpen(kind: Kind, path: string): boolean {
  const name = kind === "ABSTRACT-RECV" ? `@${path}` : path;
  const line = Deno.readTextFileSync("/proc/net/unix").split("\n").find((line) => line.endsWith(` ${name}`));
  const [, , , flags] = line?.split(/\s+/) ?? [];
  return kind === "UNIX-LISTEN" ? flags === "00010000" : flags !== undefined;
}

/** It may have been killed for its silence. */
function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}
