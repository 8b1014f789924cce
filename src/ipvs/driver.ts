import { harmless } from "../model/harmless_text.ts";
import type { Plan } from "../model/plan.ts";
import type { IpvsTable } from "../model/table.ts";

/** What stands between the director and an IPVS table: the kernel's, or one in memory. */
export interface IpvsDriver {
  /**
   * The whole table as it is now, entries of others included. Connection thresholds cost a
   * second look, so they are read on request and are 0 otherwise.
   *
   * @throws {IpvsUnavailable}
   */
  read(want: { readonly thresholds: boolean }): Promise<IpvsTable>;

  /**
   * Makes the changes in their order. A change that the table refuses stops none of the
   * others; read the table again to see what was taken.
   *
   * @returns what was said of refused changes, one line each, in the order of the plan.
   * @throws {IpvsUnavailable}
   */
  apply(plan: Plan): Promise<readonly string[]>;
}

/** The table cannot be read or changed: no ipvsadm, no IPVS in the kernel, no permission, or no answer. */
export class IpvsUnavailable extends Error {
  override readonly name = "IpvsUnavailable";

  /** @param reason for an operator; what a program said may stand in it. */
  constructor(reason: string) {
    super(harmless(reason));
  }
}
