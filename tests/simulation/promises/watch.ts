import { isDeepStrictEqual } from "node:util";
import { serviceLabel, type TableService } from "../../../src/model/table.ts";
import type { Scene } from "../scene.ts";
import { PATIENCE } from "../times.ts";
import { isOurs, type World } from "../world.ts";

/** Milliseconds between two looks. */
const LOOK = 1_000;

/** Milliseconds for which the director may say that the table is in step while it is not: one look, made twice. */
const BLIND = 10_000;

/**
 * From now on, once a second: entries of others stay as they are, what is begun ends, and the director does not say for
 * long that the table is in step when it is not.
 */
export function watch(scene: Scene): void {
  const { world: { clock }, life, timeline } = scene;
  let blindSince: number | undefined;
  const look = () => {
    if (!areOthersLeft(scene.world)) timeline.violate("another's entry has changed");
    const { pending } = life;
    if (pending && clock.now() - pending.since > PATIENCE) {
      timeline.violate(`${pending.what} has not ended`);
      life.giveUpWaiting();
    }
    blindSince = isBlind(scene) ? blindSince ?? clock.now() : undefined;
    if (blindSince !== undefined && clock.now() - blindSince > BLIND) {
      timeline.violate("it says that the table is in step, and it is not");
      blindSince = undefined;
    }
    clock.after(LOOK, look);
  };
  clock.after(LOOK, look);
}

function areOthersLeft({ table, others }: World): boolean {
  const now = new Map([...table.now].filter(([key]) => !isOurs(key)).sort());
  return isDeepStrictEqual(now, new Map([...others].sort()));
}

function isBlind({ world, life }: Scene): boolean {
  const { desired, inStep } = life.director;
  if (!desired || !inStep || life.isEnding || life.isAway || life.pending) return false;
  if (world.clock.now() <= world.table.calmFrom) return false;
  return ![...desired].every(([key, service]) => isAsWanted(world, service, world.table.now.get(key)));
}

/** Apart from what was changed by hand. */
function isAsWanted(world: World, wanted: TableService, is: TableService | undefined): boolean {
  if (!is) return false;
  const at = serviceLabel(wanted.address);
  return [...new Set([...wanted.destinations.keys(), ...is.destinations.keys()])].every((key) => {
    const [ours, kernels] = [wanted, is].map(({ destinations }) => destinations.get(key)?.weight);
    return ours === kernels || world.byHand.has(at, key) || world.mayLack(ours, kernels);
  });
}
