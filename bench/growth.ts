/** (d) Growth: what a check costs, and a real server, with ever more of them. */

import { sleep } from "../tests/lab/world/wait.ts";
import { say } from "../tools/terminal.ts";
import { DirectorHost } from "./director_host.ts";
import { Farm } from "./farm.ts";
import { type Program, programs } from "./programs.ts";
import type { GrowthResult, GrowthStep, Steady } from "./result.ts";
import { everyReal, type Site, sizeOf } from "./site.ts";
import { steadyState } from "./steady.ts";

const SITES: readonly Site[] = [5, 25, 100, 250].map((realsEach) => ({
  virtuals: 20,
  realsEach,
  interval: 5,
  timeout: 3,
}));

/** Until checks that began together have spread over their interval. */
const SETTLING_MS = 25_000;
/** The machine under the lab has other things to do: the median of several windows counts. */
const WINDOWS = 3;
const WINDOW_SECONDS = 12;

/** Measures ours and keepalived. */
export async function measureGrowth(binary: string): Promise<readonly GrowthResult[]> {
  const steps = new Map<string, GrowthStep[]>();
  for (const site of SITES) {
    const farm = await Farm.create(site);
    const [ours, keepalived] = programs(binary, site);
    for (const program of [ours, keepalived]) {
      const step = await measure(farm, site, program);
      steps.set(program.name, [...steps.get(program.name) ?? [], step]);
    }
    await farm.destroy();
  }
  return [...steps].map(([name, steps]) => ({ name, steps }));
}

async function measure(farm: Farm, site: Site, program: Program): Promise<GrowthStep> {
  const reals = sizeOf(site);
  say(`${reals} real servers: ${program.name} …`);
  return await DirectorHost.with(program, async (director) => {
    await director.start(program);
    const allIn = await director.timeUntil(everyReal(site), true, { poll: 500 });
    await sleep(SETTLING_MS);
    const windows: Steady[] = [];
    for (let i = 0; i < WINDOWS; i++) windows.push(await steadyState(director, farm, WINDOW_SECONDS));
    const step = { reals, due: reals / site.interval, in: "seconds" in allIn ? reals : allIn.reached, windows };
    say(`  ${JSON.stringify(step)}`);
    return step;
  });
}
