import type { IpAddress } from "./address.ts";

/** Where the address of a virtual service is announced: the directive `announce`. */
export type AnnouncePlace =
  /** An interface that has the address; a routing daemon exports what stands there. */
  | { readonly kind: "interface"; readonly name: string }
  /** A file of routes for BIRD, and BIRD's control socket; absent = the usual one. */
  | { readonly kind: "birdfile"; readonly path: string; readonly socket?: string };

/** Of several virtual services that have one address: whether all of them need their quorum for it to be announced. */
export const ANNOUNCE_WHEN = ["all", "any"] as const;

/** One of {@link ANNOUNCE_WHEN}. */
export type AnnounceWhen = typeof ANNOUNCE_WHEN[number];

/** What tells places apart, and names them for people: `interface:dummy0`, `birdfile:/run/ldirectord/bird.conf`. */
export type PlaceName = string & { readonly brand: "PlaceName" };

/** Returns the name of a place. */
export function placeName(place: AnnouncePlace): PlaceName {
  if (place.kind === "interface") return `interface:${place.name}` as PlaceName;
  return `birdfile:${place.path}${place.socket === undefined ? "" : ` ${place.socket}`}` as PlaceName;
}

/** The inverse of {@link placeName}; `undefined` where it is none. */
export function placeNamed(name: string): AnnouncePlace | undefined {
  const [, kind, value] = /^(interface|birdfile):(.+)$/s.exec(name) ?? [];
  if (kind === "interface") return { kind, name: value };
  if (kind !== "birdfile") return undefined;
  const [path, socket] = value.split(" ");
  return { kind, path, ...socket === undefined ? {} : { socket } };
}

/** What came of bringing a place to the addresses that it is to have. */
export interface PlaceOutcome {
  /** What stands there now of what is ours, as far as we know. */
  readonly announced: ReadonlySet<IpAddress>;
  /** Which of it was put there just now. */
  readonly added: readonly IpAddress[];
  /** What it is that keeps the place from having what it should, in one line. */
  readonly trouble?: string;
}
