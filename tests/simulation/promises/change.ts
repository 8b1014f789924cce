import type { Action } from "../../../src/model/plan.ts";
import {
  type DestinationKey,
  destinationKey,
  type IpvsTable,
  NO_SCHEDULER,
  serviceLabel,
  type TableService,
  virtualKey,
} from "../../../src/model/table.ts";
import type { VirtualService } from "../../../src/model/virtual_service.ts";
import { VIRTUALS } from "../scenario.ts";
import type { Scene } from "../scene.ts";
import { KNOWN } from "../times.ts";

/** Milliseconds after a reload or start in which first verdicts are waited for. */
const SETTLED = 2_000;

/** A change that was made, `line` being what it is called. */
interface Change {
  readonly at: string;
  readonly virtual: VirtualService;
  readonly before: TableService | undefined;
  readonly after: TableService | undefined;
  readonly line: string;
}

/** A change takes no healthy real server out, puts no dead one in, leaves no virtual service without a server, and is of ours alone. */
export function checkChange(scene: Scene, action: Action, before: IpvsTable, after: IpvsTable, line: string): void {
  const { life, timeline } = scene;
  const key = virtualKey(action.service.address);
  const at = serviceLabel(action.service.address);
  if (!VIRTUALS.includes(at)) timeline.violate(`another's entry was changed: ${line}`);
  const { isEnding, isAway, pending } = life;
  if (isEnding || isAway || pending?.what === "restart" || pending?.what === "deactivate") return;
  const virtual = life.director.model.virtuals.get(key);
  if (!virtual) return;
  const change = { at, virtual, before: withScheduler(before.get(key)), after: withScheduler(after.get(key)), line };
  if ("destination" in action) {
    checkReal(scene, change, destinationKey(action.destination));
    checkServed(scene, change);
  } else for (const real of change.after?.destinations.keys() ?? []) checkReal(scene, change, real);
}

/** A virtual service that sends clients somewhere. */
function withScheduler(service: TableService | undefined): TableService | undefined {
  return service?.scheduler === NO_SCHEDULER ? undefined : service;
}

function checkReal({ world, life, timeline }: Scene, change: Change, real: DestinationKey): void {
  const { at, virtual, before, after, line } = change;
  const [was, is] = [before, after].map((table) => table?.destinations.get(real)?.weight ?? 0);
  const listed = virtual.reals.get(real);
  // A batch of before a reload may still put in the fallback of then.
  const sketch = life.sketches.find((each) => each.at === at);
  const isFallback = virtual.fallback?.key === real || sketch?.fallback === real;
  const { said } = world.servers.get(real) ?? {};
  const changedAt = Math.max(life.reloadedAt, world.orderedAt.get(real) ?? 0);
  const knownFor = said ? world.clock.now() - Math.max(said.since, changedAt) : 0;
  const { failureCount, riseCount } = virtual;
  // What a batch changes that is under way was wanted before a reload or an order that came meanwhile.
  const isOpen = world.isHeld(at, real) || life.pending?.what === "reload" || world.wasLiedTo;
  const isWell = said?.up === true && said.count > riseCount && knownFor > KNOWN && !isOpen;
  const isDead = said?.up === false && said.count > failureCount && knownFor > KNOWN;
  if (!listed || isFallback) return;
  const mayBeKept = virtual.failOpen > 0 || (sketch?.options?.failOpen ?? 0) > 0 || life.pending?.what === "reload";
  const isAside = virtual.quorum > 1 && virtual.fallback !== undefined;
  if (was > 0 && is === 0 && isWell && !isAside && !world.weightIsZero(at, real)) {
    timeline.violate(`a healthy real server was taken out: ${line}`);
  }
  if (was === 0 && is > 0 && isDead && !mayBeKept) {
    timeline.violate(`a dead real server was put in: ${line}`);
  }
}

/** Wrong reads and refusals excuse it: nothing better could be done. */
function checkServed({ world, life, timeline }: Scene, { at, virtual, before, after, line }: Change): void {
  const isServed = (service: TableService | undefined) =>
    [...service?.destinations.values() ?? []].some(({ weight }) => weight > 0);
  if (!isServed(before) || isServed(after) || world.wasLiedTo || world.has("refuses") || world.byHand.has(at)) return;
  const { fallback, reals, riseCount } = virtual;
  const wells = [...reals.keys()].filter((real) => {
    const { said } = world.servers.get(real)!;
    const since = Math.max(said?.since ?? 0, world.orderedAt.get(real) ?? 0);
    const isKnown = said !== undefined && world.clock.now() - since > KNOWN && said.count > riseCount;
    return isKnown && said.up && !world.isHeld(at, real) && !world.weightIsZero(at, real);
  });
  // First verdicts are waited for after a reload: what is held by hand may be all that there is until then.
  if (life.pending || world.clock.now() - life.reloadedAt < SETTLED) return;
  if (fallback) timeline.violate(`no destination is left, and there is a fallback: ${line}`);
  else if (wells.length > 0) timeline.violate(`no destination is left, and ${wells.join(", ")} is well: ${line}`);
}
