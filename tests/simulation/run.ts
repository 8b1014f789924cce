/**
 * One scenario, played in virtual time with the real director and a table that does wrong; tells which promise was broken.
 */

import { encodeAction } from "../../src/ipvs/ipvsadm/rules.ts";
import { happen } from "./happen.ts";
import { hear } from "./hear.ts";
import { Life, type Witness } from "./life.ts";
import { checkChange } from "./promises/change.ts";
import { Logged } from "./promises/logged.ts";
import { checkRest } from "./promises/rest.ts";
import { watch } from "./promises/watch.ts";
import { LENGTH, type Scenario } from "./scenario.ts";
import type { Scene } from "./scene.ts";
import { Timeline } from "./timeline.ts";
import { PATIENCE, REST } from "./times.ts";
import { World } from "./world.ts";

/** What came of a run. */
export interface Outcome {
  readonly violations: readonly string[];
  readonly timeline: readonly string[];
}

/** Plays a scenario to its end. */
export async function play(scenario: Scenario): Promise<Outcome> {
  const world = new World(scenario);
  const timeline = new Timeline(world.clock);
  const logged = new Logged(world, timeline);
  const witness: Witness = {
    begun: () => logged.begin(),
    hear: (event) => hear(event, world, timeline, logged),
    changed: (action, before, after) => {
      const line = encodeAction(action);
      logged.made(line);
      checkChange(scene, action, before, after, line);
    },
    left: () => logged.checkLeft(),
  };
  const scene: Scene = { world, timeline, life: new Life(world, witness) };
  await playIn(scene, logged);
  return { violations: timeline.violations, timeline: timeline.lines };
}

async function playIn(scene: Scene, logged: Logged): Promise<void> {
  const { world: { clock, scenario, table }, life, timeline } = scene;
  life.start();
  for (const happening of scenario.happenings) clock.after(happening.at, () => happen(scene, happening));
  watch(scene);
  await clock.runUntil(LENGTH);
  await clock.runUntil(Math.max(LENGTH, table.calmFrom) + REST);
  if (life.pending) timeline.violate(`${life.pending.what} has not ended`);
  if (!life.isAway) {
    logged.check();
    checkRest(scene);
  }
  let isStopped = false;
  void life.end().then(() => isStopped = true);
  await clock.runUntil(clock.now() + PATIENCE);
  if (!isStopped) timeline.violate("stop has not ended");
  logged.checkLeft();
}
