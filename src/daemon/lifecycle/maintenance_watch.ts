import type { HostNames } from "../../director/health.ts";
import type { IpAddress } from "../../model/address.ts";

/** Milliseconds that a reverse look-up's answer is good for. */
const NAMES_LAST = 10 * 60_000;

/** Look-ups at the same time: each takes a thread, and descriptors. */
const LOOK_UPS_AT_ONCE = 4;

/** A file name that is an address, with or without a port, needs no host names to be understood. */
const NUMERIC = /^(?:[\d.]+|\[[0-9a-fA-F:.]+\])(?::\d+)?$/;

/** Looks into the maintenance directory, and up the host names of real servers when a file there is named by one. */
export class MaintenanceWatch {
  readonly #names = new Map<IpAddress, { readonly names: readonly string[]; readonly until: number }>();
  #last = "";

  /**
   * The files that are there now, or `undefined` when nothing has changed since the last call.
   * A directory that cannot be read holds no files.
   */
  look(directory: string | undefined): ReadonlySet<string> | undefined {
    const files = directory === undefined ? [] : listFiles(directory);
    const now = files.sort().join("\n");
    if (now === this.#last) return undefined;
    this.#last = now;
    return new Set(files);
  }

  /** The names that are known of addresses. */
  get names(): HostNames {
    return new Map([...this.#names].map(([address, { names }]) => [address, names]));
  }

  /**
   * Looks up the names that are not known, if one of the files is named by one. Takes as long as the system's
   * resolver does.
   *
   * @returns whether more is known than before.
   */
  async lookUp(files: ReadonlySet<string>, addresses: Iterable<IpAddress>): Promise<boolean> {
    if (![...files].some((file) => !NUMERIC.test(file))) return false;
    const now = performance.now();
    const unknown = [...new Set(addresses)].filter((address) => (this.#names.get(address)?.until ?? 0) <= now);
    const queue = unknown.values();
    await Promise.all(Array.from({ length: LOOK_UPS_AT_ONCE }, async () => {
      for (const address of queue) {
        this.#names.set(address, { names: await reverseNames(address), until: now + NAMES_LAST });
      }
    }));
    return unknown.length > 0;
  }
}

function listFiles(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map((entry) => entry.name);
  } catch {
    return [];
  }
}

/** getnameinfo(3), so that /etc/hosts counts. */
async function reverseNames(address: IpAddress): Promise<readonly string[]> {
  try {
    const { lookupService } = await import("node:dns/promises");
    const { hostname } = await lookupService(address, 0);
    return hostname === address ? [] : [hostname];
  } catch {
    return [];
  }
}
