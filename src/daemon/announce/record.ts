import { type IpAddress, parseIp } from "../../model/address.ts";
import type { PlaceName } from "../../model/announcement.ts";
import { readState, StateFile } from "../records/state_file.ts";

/** What was announced where, kept in a file: so that a daemon that has crashed takes back what it had announced. */
export class AnnounceRecord {
  readonly #file: StateFile;
  readonly #announced = new Map<PlaceName, ReadonlySet<IpAddress>>();

  /**
   * @param path absent = in memory alone.
   * @param onTrouble is called when it cannot be read.
   */
  constructor(path: string | undefined, onTrouble: (text: string) => void) {
    this.#file = new StateFile(path);
    if (path === undefined) return;
    try {
      for (const [name, addresses] of decode(readState(path))) this.#announced.set(name, addresses);
    } catch (error) {
      onTrouble(`Addresses that an earlier run has announced: ${(error as Error).message}`);
    }
  }

  /** All places where something was announced. */
  get places(): Iterable<PlaceName> {
    return this.#announced.keys();
  }

  /** What was announced at a place. */
  at(place: PlaceName): ReadonlySet<IpAddress> {
    return this.#announced.get(place) ?? new Set();
  }

  /**
   * Writes down what is announced at a place, or about to be.
   *
   * @throws {Error} of the file system; it is remembered all the same.
   */
  async set(place: PlaceName, addresses: ReadonlySet<IpAddress>): Promise<void> {
    const before = this.at(place);
    if (before.size === addresses.size && before.isSubsetOf(addresses)) return;
    if (addresses.size === 0) this.#announced.delete(place);
    else this.#announced.set(place, addresses);
    const places = () => Object.fromEntries([...this.#announced].map(([name, each]) => [name, [...each]]));
    await this.#file.write(() => ({ version: 1, places: places() }));
  }
}

function decode(state: unknown): [PlaceName, ReadonlySet<IpAddress>][] {
  const { places } = (state ?? {}) as { readonly places?: Readonly<Record<string, unknown>> };
  return Object.entries(places ?? {}).map(([name, addresses]) => {
    const all = Array.isArray(addresses) ? addresses.filter((each) => typeof each === "string") : [];
    return [name as PlaceName, new Set(all.flatMap((each) => parseIp(each) ?? []))];
  });
}
