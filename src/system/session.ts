/** What a daemon asks of the system once, when it begins. */

const O_RDWR = 2;

const DECLARATIONS = {
  getrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  setrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  setsid: { parameters: [], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** `RLIMIT_NOFILE` of getrlimit(2). */
const OPEN_FILES = 7;

/** Takes as many open files as the system lets us have: every check in flight is one. */
export function raiseOpenFileLimit(): void {
  withLibc((libc) => {
    const [soft, hard] = [0, 1];
    const limits = new BigUint64Array(2);
    if (libc.getrlimit(OPEN_FILES, limits) < 0) return;
    limits[soft] = limits[hard];
    libc.setrlimit(OPEN_FILES, limits);
  });
}

/** setsid(2): a session of our own, without a terminal. */
export function leaveTerminal(): void {
  withLibc((libc) => libc.setsid());
}

/**
 * Puts `/dev/null` in the place of the standard streams (dup2(2)), so that whoever waits for their end gets it. The
 * runtime keeps duplicates of them for itself; those are replaced as well.
 */
export function closeStandardStreams(): void {
  const streams = new Set([0, 1, 2].map(targetOf));
  const descriptors = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => Number(name));
  const standard = descriptors.filter((fd) => streams.has(targetOf(fd)));
  withLibc((libc) => {
    const fd = libc.open(new TextEncoder().encode("/dev/null\0"), O_RDWR);
    if (fd < 0) return;
    for (const stream of standard) libc.dup2(fd, stream);
    libc.close(fd);
  });
}

/** What a descriptor stands for: `pipe:[131]`, `/dev/pts/0`. */
function targetOf(fd: number): string {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return `closed ${fd}`;
  }
}

function withLibc(work: (libc: Deno.DynamicLibrary<typeof DECLARATIONS>["symbols"]) => void): void {
  const library = Deno.dlopen("libc.so.6", DECLARATIONS);
  work(library.symbols);
  library.close();
}
