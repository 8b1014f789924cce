import type { StartOptions } from "../base/arguments.ts";

/** Where a daemon is: that decides on its session, and on where its log goes. */
export type Place = "background" | "foreground" | "supervised" | "debug";

/** Returns where a daemon is to be, by the command line and by the directive `supervised`. */
export function placeFor({ debug, foreground, background }: StartOptions, supervised: boolean): Place {
  if (debug) return "debug";
  if (background) return "background";
  if (supervised) return "supervised";
  return foreground ? "foreground" : "background";
}

/** Whether a start is shown on standard error, beside a log that goes elsewhere. */
export function isShown(place: Place): boolean {
  return place === "background" || place === "foreground";
}
