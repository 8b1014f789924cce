import { sleep } from "../tests/lab/world/wait.ts";
import type { DirectorHost } from "./director_host.ts";
import type { Farm } from "./farm.ts";
import { cpuSeconds, pssMegabytes } from "./processes.ts";
import type { Steady } from "./result.ts";

/** What a program costs while nothing changes, over so many seconds. */
export async function steadyState(director: DirectorHost, farm: Farm, length: number): Promise<Steady> {
  const pids = await director.processes();
  const [requestsBefore, cpuBefore, start] = [await farm.requests(), cpuSeconds(pids), performance.now()];
  await sleep(length * 1000);
  const seconds = (performance.now() - start) / 1000;
  const checks = await farm.requests() - requestsBefore;
  const cpuPerCheck = checks > 0 ? (cpuSeconds(pids) - cpuBefore) / checks * 1000 : undefined;
  return { cpuPerCheck, checksPerSecond: checks / seconds, pssMegabytes: pssMegabytes(pids) };
}
