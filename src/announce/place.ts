import type { IpAddress } from "../model/address.ts";
import type { PlaceOutcome } from "../model/announcement.ts";

/** What a place is to have. */
export interface PlaceOrder {
  readonly announce: ReadonlySet<IpAddress>;
  /** What stands there of these stays; nothing of it is added. */
  readonly leave: ReadonlySet<IpAddress>;
  /** What we may have put there before, in earlier runs, too. */
  readonly known: ReadonlySet<IpAddress>;
}

/** Where addresses are announced. */
export interface Place {
  /** Brings the place to what is ordered. Nothing but what is ours is ever removed. Never rejects. */
  bring(order: PlaceOrder): Promise<PlaceOutcome>;
}
