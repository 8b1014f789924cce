import { harmless } from "../model/harmless_text.ts";
import type { Plan } from "../model/plan.ts";
import type { IpvsTable } from "../model/table.ts";

/** What stands between the director and an IPVS table: the kernel's, or one in memory. */
export interface IpvsDriver {
  /** The way to the table, as status names it. */
  readonly name?: string;

  /**
   * The whole table as it is now, entries of others included. Connection thresholds may cost a
   * second look: where they are not asked for they may be 0 whatever the table has.
   *
   * @throws {IpvsUnavailable}
   */
  read(want: { readonly thresholds: boolean }): Promise<IpvsTable>;

  /**
   * Makes the changes in their order. A change that the table refuses stops none of the others.
   *
   * @returns what became of each change, in the order of the plan.
   * @throws {IpvsUnavailable} when that is not known of any of them: read the table to see what was taken.
   */
  apply(plan: Plan): Promise<readonly Outcome[]>;
}

/** What became of a change. */
export type Outcome =
  | { readonly taken: true }
  /** It was refused; `reason` is what was said of it. */
  | { readonly taken: false; readonly reason?: string }
  /** It is not known. */
  | { readonly taken: undefined };

/** The table cannot be read or changed: no ipvsadm, no IPVS in the kernel, no permission, or no answer. */
export class IpvsUnavailable extends Error {
  override readonly name = "IpvsUnavailable";

  /** @param reason for an operator; what a program said may stand in it. */
  constructor(reason: string) {
    super(harmless(reason));
  }
}
