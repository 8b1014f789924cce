import { keyOf } from "../../director/fixture.ts";
import type { Scene } from "../scene.ts";
import { KNOWN } from "../times.ts";

/** Milliseconds in which a virtual service that was deleted by hand has to be back. */
const BACK = 2_000;

/** Calls `check` with the time of now when what is deleted now has to be back, unless something else goes on. */
export function whenDueBack({ world: { clock }, life }: Scene, check: (since: number) => void): void {
  const [number, since] = [life.number, clock.now()];
  if (life.isDisturbed) return;
  clock.after(BACK, () => {
    if (number === life.number && !life.isDisturbed && life.reloadedAt <= since) check(since);
  });
}

/** A virtual service that was deleted by hand is there again, with its real servers as their health says. */
export function checkBack({ world, life, timeline }: Scene, at: string, deletedAt: number): void {
  const virtual = life.director.model.virtuals.get(keyOf(at));
  if (!virtual) return;
  const service = world.table.now.get(keyOf(at));
  if (!service) return timeline.violate(`${at} was deleted by hand and is not back`);
  if ((world.vanishedAt.get(at) ?? -1) < deletedAt) {
    timeline.violate(`${at} was deleted by hand, and that was not logged`);
  }
  if (virtual.quorum > 1 || virtual.failOpen > 0) return;
  for (const [key, { destination: { weight } }] of virtual.reals) {
    const { said } = world.servers.get(key)!;
    const changedAt = Math.max(said?.since ?? 0, world.orderedAt.get(key) ?? 0);
    if (!said || world.clock.now() - changedAt < KNOWN || world.byHand.has(at, key)) continue;
    const is = service.destinations.get(key)?.weight ?? 0;
    const serves = said.up && weight > 0 && !world.isHeld(at, key) && !world.weightIsZero(at, key);
    const isFallback = virtual.fallback?.key === key;
    if (serves !== is > 0 && !isFallback) timeline.violate(`${at} is back, with ${key} at weight ${is}`);
  }
}
