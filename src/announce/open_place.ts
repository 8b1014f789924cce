import type { AnnouncePlace } from "../model/announcement.ts";
import { BirdPlace } from "./bird_place.ts";
import { InterfacePlace } from "./interface_place.ts";
import type { Place } from "./place.ts";

/** Returns the way to a place. Nothing is done there yet. */
export function openPlace(place: AnnouncePlace): Place {
  return place.kind === "interface" ? new InterfacePlace(place.name) : new BirdPlace(place);
}
