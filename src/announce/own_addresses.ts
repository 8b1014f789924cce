import type { IpAddress } from "../model/address.ts";
import type { PlaceOutcome } from "../model/announcement.ts";
import { LocalRoutes } from "./local_routes.ts";
import type { Place, PlaceOrder } from "./place.ts";
import { AddressesUnavailable } from "./rtnetlink.ts";

/**
 * A place, and a route for each address with a virtual service in the kernel's table: by it the address is the host's own,
 * announced or not. So clients that still come between the withdrawal and the purge are served.
 */
export class OwnAddresses implements Place {
  readonly #place: Place;
  readonly #routes = new LocalRoutes();

  constructor(place: Place) {
    this.#place = place;
  }

  async bring(order: PlaceOrder): Promise<PlaceOutcome> {
    const missing = await this.#change("add", order);
    const outcome = await this.#place.bring(order);
    const left = await this.#change("remove", order);
    const trouble = outcome.trouble ?? missing ?? left;
    return trouble === undefined ? outcome : { ...outcome, trouble };
  }

  /** Returns what has gone wrong. */
  async #change(what: "add" | "remove", { served, known }: PlaceOrder): Promise<string | undefined> {
    try {
      const routes = await this.#routes.list();
      const those = what === "add" ? served.difference(routes) : routes.intersection(known).difference(served);
      const [[address, reason] = []] = await this.#changed(what, those);
      return address === undefined ? undefined : `cannot ${what} the local route of ${address}: ${reason}`;
    } catch (error) {
      if (!(error instanceof AddressesUnavailable)) throw error;
      return `local routes: ${error.message}`;
    }
  }

  #changed(what: "add" | "remove", those: ReadonlySet<IpAddress>): Promise<ReadonlyMap<IpAddress, string>> {
    return those.size === 0 ? Promise.resolve(new Map()) : this.#routes.change(what, [...those]);
  }
}
