/**
 * A plan: the ordered changes that bring the kernel's table to what is wanted.
 */

import type { Destination, ServiceAddress, ServiceSettings } from "./table.ts";

/** One change. Each is one line of `ipvsadm --restore`, and each can be printed before it is done. */
export type Action = Staged & Change;

/** When a change is made. */
interface Staged {
  /** After all changes of the stages before, and only if those of its virtual service were taken; absent: in the first one. */
  readonly stage?: 1 | 2;
}

type Change =
  | { readonly do: "add-service" | "edit-service"; readonly service: ServiceSettings }
  | { readonly do: "delete-service"; readonly service: { readonly address: ServiceAddress } }
  | {
    readonly do: "add-destination" | "edit-destination" | "delete-destination";
    readonly service: { readonly address: ServiceAddress };
    readonly destination: Destination;
  };

/** Changes in the order in which they are to be made. Empty: the table is as wanted. */
export type Plan = readonly Action[];
