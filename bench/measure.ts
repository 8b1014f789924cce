/** Runs in the lab: measures every program, one after the other, and prints a line of JSON. */

import { Host } from "../tests/lab/world/host.ts";
import { sleep } from "../tests/lab/world/wait.ts";
import { closeWire, openWire } from "../tests/lab/world/wire.ts";
import { say } from "../tools/terminal.ts";
import { Farm, REALS, SILENT } from "./farm.ts";
import { cpuSeconds, processesOf, pssMegabytes } from "./processes.ts";
import { type Program, programs } from "./programs.ts";
import type { Duration, Result } from "./result.ts";

const [OURS, MARK] = Deno.args;
const STEADY_SECONDS = 20;
const SETTLING_MS = 5000;
const POLL_MS = 20;
const VERSION_RUNS = 3;

await openWire();
const farm = await Farm.create();
const results: Result[] = [];
for (const program of programs(OURS)) results.push(await measure(program));
await farm.destroy();
await closeWire();
say(MARK + JSON.stringify(results));

async function measure(program: Program): Promise<Result> {
  say(`${program.name} …`);
  const director = await Host.create("bench", ["addr add 10.0.0.1/24 dev eth0", "addr add 10.1.255.1/16 dev eth0"]);
  // A process of the namespace, through whose /proc its table is read without starting anything.
  const window = new Deno.Command("ip", { args: ["netns", "exec", "bench", "sleep", "3600"] }).spawn();
  try {
    return await measureOn(director, window.pid, program);
  } finally {
    await director.destroy();
    await window.status;
  }
}

async function measureOn(director: Host, window: number, program: Program): Promise<Result> {
  await Deno.mkdir("/etc/ha.d", { recursive: true });
  await Deno.writeTextFile(program.file, program.config);
  const bareStart = program.start[0] === OURS ? await bareStartOf(director) : undefined;
  const reaches = (count: number) => untilServers(window, count, program.patience);

  const start = performance.now();
  const starting = director.run(...program.start);
  const allIn = since(start, await reaches(REALS));
  await starting;
  say(`  all in: ${JSON.stringify(allIn)}`);

  await sleep(SETTLING_MS);
  const steady = await steadyState(director, window);
  say(`  steady: ${JSON.stringify(steady)}`);

  const complete = countServers(window) === REALS;
  const silenced = performance.now();
  await farm.silence();
  const silentOut = complete ? since(silenced, await reaches(REALS - SILENT)) : { over: 0, reached: 0 };
  const heard = performance.now();
  await farm.unsilence();
  const silentBack = complete ? since(heard, await reaches(REALS)) : { over: 0, reached: 0 };
  say(`  silent: ${JSON.stringify({ silentOut, silentBack })}`);
  return { name: program.name, allIn, bareStart, ...steady, silentOut, silentBack };
}

async function bareStartOf(director: Host): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < VERSION_RUNS; i++) await director.run(OURS, "--version");
  return (performance.now() - start) / 1000 / VERSION_RUNS;
}

async function steadyState(
  director: Host,
  window: number,
): Promise<Omit<Result, "name" | "allIn" | "silentOut" | "silentBack">> {
  const pids = await processesOf(director.name, window);
  const [requestsBefore, cpuBefore, start] = [await farm.requests(), cpuSeconds(pids), performance.now()];
  await sleep(STEADY_SECONDS * 1000);
  const seconds = (performance.now() - start) / 1000;
  const checks = await farm.requests() - requestsBefore;
  const cpuPerCheck = (cpuSeconds(pids) - cpuBefore) / checks * 1000;
  return { cpuPerCheck, checksPerSecond: checks / seconds, pssMegabytes: pssMegabytes(pids) };
}

/** Waits until the table has so many servers; gives the count that it came to. */
async function untilServers(window: number, count: number, seconds: number): Promise<{ count: number; done: boolean }> {
  const limit = performance.now() + seconds * 1000;
  while (performance.now() < limit) {
    if (countServers(window) === count) return { count, done: true };
    await sleep(POLL_MS);
  }
  return { count: countServers(window), done: false };
}

function since(start: number, { count, done }: { count: number; done: boolean }): Duration {
  const seconds = (performance.now() - start) / 1000;
  return done ? { seconds } : { over: Math.round(seconds), reached: count };
}

function countServers(window: number): number {
  const table = Deno.readTextFileSync(`/proc/${window}/net/ip_vs`);
  return table.split("\n").filter((line) => /^ {2}-> [0-9A-F]{8}:/.test(line)).length;
}
