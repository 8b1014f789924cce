import type { IpAddress } from "../model/address.ts";
import type { PlaceOutcome } from "../model/announcement.ts";
import { LocalRoutes } from "./local_routes.ts";
import type { Place, PlaceOrder } from "./place.ts";
import { AddressesUnavailable } from "./rtnetlink.ts";

/** Milliseconds after which every route is asked for again: one may have been removed by hand. */
const AGAIN = 10_000;

/**
 * A place, and a route for each address with a virtual service in the kernel's table: by it the address is the host's own,
 * announced or not. So clients that still come between the withdrawal and the purge are served.
 *
 * The host's routes are not listed: there may be a million of them. The kernel takes a route that is there already for
 * done, and removes none without our mark.
 */
export class OwnAddresses implements Place {
  readonly #place: Place;
  readonly #routes = new LocalRoutes();
  /** Those that have their route, as far as we know. */
  #routed: ReadonlySet<IpAddress> = new Set();
  #askedAt = -Infinity;

  constructor(place: Place) {
    this.#place = place;
  }

  async bring(order: PlaceOrder): Promise<PlaceOutcome> {
    const { served, known } = order;
    const now = performance.now();
    if (now - this.#askedAt >= AGAIN) [this.#routed, this.#askedAt] = [new Set(), now];
    const missing = await this.#change("add", served.difference(this.#routed));
    const outcome = await this.#place.bring(order);
    const left = await this.#change("remove", known.difference(served));
    this.#routed = missing === undefined ? served : new Set();
    const trouble = outcome.trouble ?? missing ?? left;
    return trouble === undefined ? outcome : { ...outcome, trouble };
  }

  /** Returns what has gone wrong. */
  async #change(what: "add" | "remove", those: ReadonlySet<IpAddress>): Promise<string | undefined> {
    if (those.size === 0) return undefined;
    try {
      const [[address, reason] = []] = await this.#routes.change(what, [...those]);
      return address === undefined ? undefined : `cannot ${what} the local route of ${address}: ${reason}`;
    } catch (error) {
      if (!(error instanceof AddressesUnavailable)) throw error;
      return `local routes: ${error.message}`;
    }
  }
}
