import { type IpvsDriver, IpvsUnavailable } from "../ipvs/driver.ts";
import { everySoOften, type Steps, walkFor } from "../model/steps.ts";
import {
  type IpvsTable,
  sameDestination,
  sameSettings,
  sizeOf,
  type TableService,
  type VirtualKey,
} from "../model/table.ts";

/** Reads until two in a row agree, at most. */
const MOST_READS = 5;

/**
 * Returns the kernel's table. A list that ends too early, or is that of another moment, looks like any other one: what does
 * not agree with `expected`, which is what we know of it, counts only when a second read in a row says the same. Where we
 * know nothing, the first read is doubted as well.
 *
 * @param concerns whether a virtual service counts in that; others may change the rest of the table at any time.
 * @throws {IpvsUnavailable} when it cannot be read, or reads differently each time.
 */
export async function trustedRead(
  driver: IpvsDriver,
  want: { readonly thresholds: boolean },
  expected: IpvsTable | undefined,
  concerns: (service: VirtualKey) => boolean,
): Promise<TrustedTable> {
  let before = expected;
  for (let reads = 0; reads < MOST_READS; reads++) {
    const table = await driver.read(want);
    if (before && await walkFor(sizeOf(table))(agree(before, table, concerns))) {
      return { table, agrees: reads === 0 };
    }
    before = table;
  }
  throw new IpvsUnavailable(`the kernel's table reads differently each of ${MOST_READS} times`);
}

/** A table that was read. */
export interface TrustedTable {
  readonly table: IpvsTable;
  /** The first read agreed with what was expected. */
  readonly agrees: boolean;
}

/** Whether two tables hold the same of the virtual services that are of concern. */
function* agree(one: IpvsTable, other: IpvsTable, concerns: (service: VirtualKey) => boolean): Steps<boolean> {
  for (const key of new Set([...one.keys(), ...other.keys()])) {
    yield;
    if (concerns(key) && !(yield* sameService(one.get(key), other.get(key)))) return false;
  }
  return true;
}

function* sameService(one: TableService | undefined, other: TableService | undefined): Steps<boolean> {
  if (!one || !other) return one === other;
  if (one === other) return true;
  if (one.destinations.size !== other.destinations.size || !sameSettings(one, other)) return false;
  let count = 0;
  for (const [key, destination] of one.destinations) {
    if (everySoOften(count++)) yield;
    const twin = other.destinations.get(key);
    if (!twin || !sameDestination(twin, destination)) return false;
  }
  return true;
}
