/** (e) Status: how long a director with 1,000 real servers takes to tell how all of them are, and what that costs it. */

import { sleep } from "../tests/lab/world/wait.ts";
import { say } from "../tools/terminal.ts";
import { DirectorHost } from "./director_host.ts";
import { Farm } from "./farm.ts";
import { spreadOf } from "./median.ts";
import { cpuSeconds } from "./processes.ts";
import { type Program, programs } from "./programs.ts";
import type { StatusResult } from "./result.ts";
import { everyReal, type Site } from "./site.ts";

/** keepalived spreads first checks over the interval. */
const SITE: Site = { virtuals: 20, realsEach: 50, interval: 20, timeout: 3 };

/** Until first rounds, and what follows them, are over, and the next ones have spread. */
const SETTLING_MS = 25_000;
const QUESTIONS = 10;
const PATIENCE_MS = 20_000;
const LOOK_MS = 2;

/** Where keepalived writes what it has to tell. */
const DUMP = "/tmp/keepalived_check.data";

/** Asks, and resolves when the answer is complete. */
type Ask = (director: DirectorHost, pids: readonly number[]) => Promise<void>;

/** Measures ours and keepalived. */
export async function measureStatus(binary: string): Promise<readonly StatusResult[]> {
  const farm = await Farm.create(SITE);
  const [ours, keepalived] = programs(binary, SITE);
  const command = (...words: string[]): Ask => async ({ host }) => {
    await host.run(binary, "bench", ...words);
  };
  const results = [
    ...await measure(ours, {
      "status --json": command("status", "--json"),
      "status --long": command("status", "--long"),
      "its runtime alone (--version)": command("--version"),
    }),
    ...await measure(keepalived, { "SIGUSR1": dump }),
  ];
  await farm.destroy();
  return results;
}

async function measure(program: Program, questions: Readonly<Record<string, Ask>>): Promise<readonly StatusResult[]> {
  return await DirectorHost.with(program, async (director) => {
    say(`status: ${program.name} …`);
    await director.start(program);
    const allIn = await director.timeUntil(everyReal(SITE), true);
    if (!("seconds" in allIn)) throw new Error(`${program.name}: not all came in: ${JSON.stringify(allIn)}`);
    await sleep(SETTLING_MS);
    const pids = await director.processes();
    const results: StatusResult[] = [];
    for (const [question, ask] of Object.entries(questions)) {
      const seconds: number[] = [];
      const cpuBefore = cpuSeconds(pids);
      for (let i = 0; i < QUESTIONS; i++) {
        const start = performance.now();
        await ask(director, pids);
        seconds.push((performance.now() - start) / 1000);
      }
      const cpu = (cpuSeconds(pids) - cpuBefore) / QUESTIONS * 1000;
      results.push({ name: `${program.name}: ${question}`, answered: spreadOf(seconds)!, directorCpu: cpu });
      say(`  ${JSON.stringify(results.at(-1))}`);
    }
    return results;
  });
}

/** keepalived writes a file, anew each time, with its real servers in the order of its configuration. */
async function dump(_: DirectorHost, pids: readonly number[]): Promise<void> {
  await Deno.remove(DUMP).catch(() => {});
  const last = everyReal(SITE).at(-1)!;
  for (const pid of pids) Deno.kill(pid, "SIGUSR1");
  const end = performance.now() + PATIENCE_MS;
  while (!(await Deno.readTextFile(DUMP).catch(() => "")).includes(last)) {
    if (performance.now() > end) throw new Error(`keepalived has not written ${DUMP}`);
    await sleep(LOOK_MS);
  }
}
