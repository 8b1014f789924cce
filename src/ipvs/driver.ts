import type { Plan } from "../model/plan.ts";
import type { IpvsTable } from "../model/table.ts";

/** What stands between the director and an IPVS table: the kernel's, or one in memory. */
export interface IpvsDriver {
  /** The whole table as it is now, entries of others included. */
  read(): Promise<IpvsTable>;
  /**
   * Makes the changes in their order. A change that the table refuses stops none of the
   * others; read the table again to see what was taken.
   *
   * @returns what the table said of refused changes, one line each, for the log.
   * @throws {IpvsUnavailable} when the table cannot be reached at all.
   */
  apply(plan: Plan): Promise<readonly string[]>;
}

/** The table cannot be read or changed: no ipvsadm, no IPVS in the kernel, no permission, or no answer. */
export class IpvsUnavailable extends Error {
  override readonly name = "IpvsUnavailable";
}
