import { deepStrictEqual } from "node:assert/strict";
import { type Vote, wantedPlaces } from "../../src/announce/routes.ts";
import type { AnnouncePlace, AnnounceWhen } from "../../src/model/announcement.ts";
import { sketchModel } from "../director/fixture.ts";

const DUMMY: AnnouncePlace = { kind: "interface", name: "dummy0" };

/** What becomes of 192.0.2.1 when its virtual services at port 80 and upwards vote so. */
function wish(announceWhen: AnnounceWhen, ...votes: readonly Vote["is"][]): string | undefined {
  const sketches = votes.map((_, i) => ({
    at: `192.0.2.1:${80 + i}`,
    reals: ["10.0.0.1:80"],
    options: { announce: DUMMY, announceWhen },
  }));
  const { virtuals } = sketchModel(...sketches);
  const ports = [...virtuals.values()];
  const places = wantedPlaces(ports, (virtual) => ({ is: votes[ports.indexOf(virtual)], why: virtual.label }));
  const [place] = places.values();
  const [route] = place?.routes.values() ?? [];
  return route && `${route.wish} ${route.why.split(":")[1]}`;
}

Deno.test("an address is announced while its virtual service is up", () => {
  deepStrictEqual(["up", "down", "unknown"].map((is) => wish("all", is as Vote["is"])), [
    "announce 80",
    "withdraw 80",
    "leave 80",
  ]);
});

Deno.test("all virtual services of an address have to be up, or any; what is not known decides nothing", () => {
  deepStrictEqual(wish("all", "up", "up", "up"), "announce 80");
  deepStrictEqual(wish("all", "up", "unknown", "down"), "withdraw 82");
  deepStrictEqual(wish("all", "up", "unknown", "up"), "leave 81");
  deepStrictEqual(wish("any", "down", "unknown", "up"), "announce 82");
  deepStrictEqual(wish("any", "down", "unknown", "down"), "leave 81");
  deepStrictEqual(wish("any", "down", "down"), "withdraw 80");
});

Deno.test("virtual services that announce nothing have no place", () => {
  const { virtuals } = sketchModel({ at: "192.0.2.1:80", reals: [] });
  deepStrictEqual(wantedPlaces(virtuals.values(), () => ({ is: "up", why: "" })).size, 0);
});
