import { close, dup2, O_RDWR, open } from "./libc.ts";

/**
 * Puts `/dev/null` in the place of the standard streams, so that whoever waits for their end gets it. The runtime keeps
 * duplicates of them for itself; those are replaced as well.
 */
export function closeStandardStreams(): void {
  const streams = new Set([0, 1, 2].map(targetOf));
  const descriptors = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => Number(name));
  const standard = descriptors.filter((fd) => streams.has(targetOf(fd)));
  const nothing = open("/dev/null", O_RDWR);
  if (nothing < 0) return;
  for (const stream of standard) dup2(nothing, stream);
  close(nothing);
}

/** What a descriptor stands for: `pipe:[131]`, `/dev/pts/0`. */
function targetOf(fd: number): string {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return `closed ${fd}`;
  }
}
