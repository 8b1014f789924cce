import { SystemError } from "./libc/errors.ts";
import { close, dup2, O_RDWR, open } from "./libc/files.ts";

/** The standard streams, ready to be let go of: what that takes is there, so that it cannot fail when it is done. */
export class StandardStreams {
  readonly #nothing: number;
  readonly #descriptors: readonly number[];

  /** @throws {SystemError | Deno.errors.Error} when a descriptor for `/dev/null` cannot be had. */
  constructor() {
    const streams = new Set([0, 1, 2].map(targetOf));
    // The runtime keeps duplicates of them for itself.
    const all = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => Number(name));
    this.#descriptors = all.filter((fd) => streams.has(targetOf(fd)));
    this.#nothing = open("/dev/null", O_RDWR);
    if (this.#nothing < 0) throw new SystemError("open", -this.#nothing);
  }

  /** Puts `/dev/null` in their place, so that a reader at the other end gets its end. */
  close(): void {
    for (const stream of this.#descriptors) dup2(this.#nothing, stream);
    close(this.#nothing);
  }
}

/** What a descriptor stands for: `pipe:[131]`, `/dev/pts/0`. */
function targetOf(fd: number): string {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return `closed ${fd}`;
  }
}
