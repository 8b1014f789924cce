/**
 * Which addresses are to be announced, and where. Pure.
 *
 * The virtual services of one address that name one place decide together:
 *
 * | `announcewhen` | it is announced when          | and withdrawn when         |
 * | -------------- | ----------------------------- | -------------------------- |
 * | `all`          | all of them are up            | one of them is down        |
 * | `any`          | one of them is up             | all of them are down       |
 *
 * Otherwise some are not known yet, as after a start: what stands there stays.
 */

import type { IpAddress } from "../model/address.ts";
import type { AnnouncePlace, AnnounceWhen, PlaceName } from "../model/announcement.ts";
import { announcementOf, type VirtualService } from "../model/virtual_service.ts";

/** Whether clients of a virtual service are to come here. */
export interface Vote {
  readonly is: "up" | "down" | "unknown";
  /** Why, in a few words. */
  readonly why: string;
}

/** What is to become of an address at a place. */
export interface Route {
  readonly address: IpAddress;
  readonly wish: "announce" | "withdraw" | "leave";
  readonly why: string;
}

/** A place with all that is to be said of it. */
export interface WantedPlace {
  readonly place: AnnouncePlace;
  readonly routes: ReadonlyMap<IpAddress, Route>;
}

/** Returns the places that virtual services name, each with its addresses. */
export function wantedPlaces(
  virtuals: Iterable<VirtualService>,
  voteOf: (virtual: VirtualService) => Vote,
): ReadonlyMap<PlaceName, WantedPlace> {
  const places = new Map<PlaceName, { readonly place: AnnouncePlace; readonly routes: Map<IpAddress, Route> }>();
  for (const virtual of virtuals) {
    const announcement = announcementOf(virtual);
    if (!announcement) continue;
    const { place, name, address } = announcement;
    const known = places.get(name) ?? { place, routes: new Map<IpAddress, Route>() };
    places.set(name, known);
    const own = routeOf(address, voteOf(virtual));
    const other = known.routes.get(address);
    known.routes.set(address, other ? joined(other, own, virtual.announceWhen) : own);
  }
  return places;
}

const WISHES = { up: "announce", down: "withdraw", unknown: "leave" } as const;

function routeOf(address: IpAddress, { is, why }: Vote): Route {
  return { address, wish: WISHES[is], why };
}

/** The wish that decides alone, then what is not known, then what all of them wish. */
const ORDER = {
  all: ["withdraw", "leave", "announce"],
  any: ["announce", "leave", "withdraw"],
} as const;

function joined(one: Route, other: Route, when: AnnounceWhen): Route {
  const order: readonly Route["wish"][] = ORDER[when];
  return order.indexOf(other.wish) < order.indexOf(one.wish) ? other : one;
}
