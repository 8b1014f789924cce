import { type DestinationKey, destinationKey } from "../../src/model/table.ts";
import { destination, keyOf, sketchModel } from "../director/fixture.ts";
import { checkBack, whenDueBack } from "./promises/back.ts";
import { type SimulatedEvent, VIRTUALS } from "./scenario.ts";
import type { Scene } from "./scene.ts";

/** Has it happen. */
export function happen(scene: Scene, happening: SimulatedEvent): void {
  const { world, life, timeline } = scene;
  const { clock, byHand } = world;
  const { at: _, ...rest } = happening;
  timeline.note(`-- ${JSON.stringify(rest)}`);
  switch (happening.do) {
    case "server": {
      const server = world.servers.get(happening.real)!;
      [server.up, server.takes] = [happening.up, happening.takes];
      return byHand.stir(happening.real, clock.now());
    }
    case "fault":
      byHand.stir(undefined, clock.now() + happening.lasts);
      return world.table.break(happening.fault, happening.lasts, happening.oneIn);
    case "clear":
      return deleteByHand(scene, VIRTUALS);
    case "delete":
      return deleteByHand(scene, [happening.virtual]);
    case "hand":
      return changeByHand(scene, happening.virtual, happening.real, happening.weight);
    case "other":
      return changeOther(scene, happening.virtual, happening.reals, happening.weight);
    case "order":
      world.stir(happening.real);
      world.order(happening.virtual, happening.real, happening.order);
      return void life.director.applyOrders(world.ordersNow);
    case "maintain":
      for (const real of [...world.maintained, ...happening.files]) world.stir(real);
      world.maintained = happening.files;
      return life.director.maintain(new Set(happening.files), new Map());
    case "reload":
      return life.reload(happening.to);
    default:
      return life[happening.do]();
  }
}

function deleteByHand(scene: Scene, virtuals: readonly string[]): void {
  const { clock, table, byHand, deletedAt } = scene.world;
  const left = new Map(table.now);
  const gone = virtuals.filter((at) => left.delete(keyOf(at)));
  for (const at of gone) {
    byHand.forget(at);
    deletedAt.set(at, clock.now());
  }
  table.set(left);
  whenDueBack(scene, (since) => {
    for (const at of gone) if (deletedAt.get(at) === since) checkBack(scene, at, since);
  });
}

function changeByHand({ world, life }: Scene, at: string, real: string, weight: number | "remove"): void {
  const { clock, table, byHand } = world;
  const service = table.now.get(keyOf(at));
  const key = real as DestinationKey;
  if (!service || (weight === "remove" && !service.destinations.has(key))) return;
  const destinations = new Map(service.destinations);
  if (weight === "remove") destinations.delete(key);
  else destinations.set(key, { ...destination(real), weight });
  table.set(new Map(table.now).set(keyOf(at), { ...service, destinations }));
  byHand.change(at, real, weight === "remove" ? undefined : weight, clock.now());
  if (life.pending) byHand.stir(real, clock.now());
}

function changeOther({ world }: Scene, at: string, reals: number, weight: number): void {
  const key = keyOf(at);
  const table = new Map(world.table.now);
  const destinations = Array.from({ length: reals }, (_, i) => destination(`203.0.113.${20 + i}:80 weight ${weight}`));
  world.others.delete(key);
  if (reals > 0) {
    const { address, port } = destination(at);
    world.others.set(key, {
      ...[...sketchModel({ at, reals: [] }).virtuals.values()][0].settings,
      address: { kind: "tcp", address, port },
      destinations: new Map(destinations.map((each) => [destinationKey(each), each])),
    });
  }
  const others = world.others.get(key);
  if (others) table.set(key, others);
  else table.delete(key);
  world.table.set(table);
}
