/** (a) 500 real servers: start, cost, silent servers out and back in. */

import { sleep } from "../tests/lab/world/wait.ts";
import { say } from "../tools/terminal.ts";
import { DirectorHost } from "./director_host.ts";
import { Farm } from "./farm.ts";
import { medianOf } from "./median.ts";
import { type Program, programs } from "./programs.ts";
import type { Duration, Result } from "./result.ts";
import { everyReal, type Site, sizeOf } from "./site.ts";
import { steadyState } from "./steady.ts";

/** 500 real servers in 20 virtual services. */
export const SERVERS: Site = { virtuals: 20, realsEach: 25, interval: 1, timeout: 3 };

/** Real servers that go silent: one in twenty, and then half. */
const SILENT = [25, 250] as const;

const STEADY_SECONDS = 20;
const SETTLING_MS = 5000;
const VERSION_RUNS = 3;

/** Measures every program, the median of its runs. */
export async function measureServers(binary: string): Promise<readonly Result[]> {
  const farm = await Farm.create(SERVERS);
  const runs: Result[] = [];
  const all = programs(binary, SERVERS);
  for (let round = 0; all.some(({ runs }) => runs > round); round++) {
    // In turns, so that a busy moment of the machine meets all of them.
    for (const program of all) if (program.runs > round) runs.push(await measure(binary, farm, program));
  }
  await farm.destroy();
  return all.map(({ name }) => medianOf(runs.filter((run) => run.name === name)));
}

async function measure(binary: string, farm: Farm, program: Program): Promise<Result> {
  say(`${program.name} …`);
  return await DirectorHost.with(program, async (director) => {
    const bareStart = program.name === "ours" ? await bareStartOf(binary, director) : undefined;
    const starting = director.start(program);
    const allIn = await director.timeUntil(everyReal(SERVERS), true);
    await starting;
    say(`  all in: ${JSON.stringify(allIn)}`);

    await sleep(SETTLING_MS);
    const steady = await steadyState(director, farm, STEADY_SECONDS);
    say(`  steady: ${JSON.stringify(steady)}`);

    // Where not all are in, the time at which silent ones leave says nothing.
    const [few, half] = "seconds" in allIn ? await silenceEach(farm, director) : [];
    return {
      name: program.name,
      allIn,
      bareStart,
      ...steady,
      silentOut: few?.out,
      silentBack: few?.back,
      halfOut: half?.out,
      halfBack: half?.back,
    };
  });
}

/** Until the last of those that go silent is out, and until it is back. */
interface Silence {
  readonly out: Duration;
  readonly back: Duration;
}

async function silenceEach(farm: Farm, director: DirectorHost): Promise<readonly Silence[]> {
  const silences: Silence[] = [];
  for (const count of SILENT) {
    const servers = silentReals(count);
    await farm.silence(servers);
    const out = await director.timeUntil(servers, false);
    await farm.unsilence();
    silences.push({ out, back: await director.timeUntil(servers, true) });
    say(`  ${count} silent: ${JSON.stringify(silences.at(-1))}`);
    await sleep(SETTLING_MS);
  }
  return silences;
}

/** So many that go silent, from all over the virtual services. */
function silentReals(count: number): string[] {
  return everyReal(SERVERS).filter((_, i) => i % (sizeOf(SERVERS) / count) === 0);
}

async function bareStartOf(binary: string, { host }: DirectorHost): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < VERSION_RUNS; i++) await host.run(binary, "--version");
  return (performance.now() - start) / 1000 / VERSION_RUNS;
}
