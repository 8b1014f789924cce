/** Runs in the lab: measures every program, one after the other, and prints a line of JSON. */

import type { Host } from "../tests/lab/world/host.ts";
import { sleep } from "../tests/lab/world/wait.ts";
import { closeWire, openWire } from "../tests/lab/world/wire.ts";
import { say } from "../tools/terminal.ts";
import { onBenchHost } from "./bench_host.ts";
import { everyReal, Farm, silentReals } from "./farm.ts";
import { cpuSeconds, processesOf, pssMegabytes } from "./processes.ts";
import { type Program, programs } from "./programs.ts";
import { medianOf } from "./median.ts";
import type { Duration, Result } from "./result.ts";

const [BINARY, MARK] = Deno.args;
/** In memory, as a page cache would have it: the lab reads the host's files, ours has 100 MB, by a slow path. */
const OURS = "/run/ldirectord";
const STEADY_SECONDS = 20;
/** For all servers to come in, or for silent ones to go. The Perl program takes some 500 s for the former. */
const PATIENCE_SECONDS = 60;
const SETTLING_MS = 5000;
/** Often enough for a tenth of a second; each look costs the lab's one processor some milliseconds. */
const POLL_MS = 100;
const VERSION_RUNS = 3;

await Deno.copyFile(BINARY, OURS);
await openWire();
const farm = await Farm.create();
const runs: Result[] = [];
const all = programs(OURS);
for (let round = 0; all.some(({ runs }) => runs > round); round++) {
  // In turns, so that a busy moment of the machine meets all of them.
  for (const program of all) if (program.runs > round) runs.push(await measure(program));
}
await farm.destroy();
await closeWire();
say(MARK + JSON.stringify(all.map(({ name }) => medianOf(runs.filter((run) => run.name === name)))));

async function measure(program: Program): Promise<Result> {
  say(`${program.name} …`);
  return await onBenchHost(({ host, window }) => measureOn(host, window, program));
}

async function measureOn(director: Host, window: number, program: Program): Promise<Result> {
  await Deno.mkdir("/etc/ha.d", { recursive: true });
  await Deno.writeTextFile(program.file, program.config);
  const bareStart = program.name === "ours" ? await bareStartOf(director) : undefined;
  const untilIn: Until = (servers, are) => timeUntil(window, servers, are);

  const starting = director.run(...program.start);
  const allIn = await untilIn(everyReal(), true);
  await starting;
  say(`  all in: ${JSON.stringify(allIn)}`);

  await sleep(SETTLING_MS);
  const steady = await steadyState(director, window);
  say(`  steady: ${JSON.stringify(steady)}`);

  // Where not all are in, who of the silent ones leaves says nothing.
  const silent = "seconds" in allIn ? await silence(farm, untilIn) : {};
  say(`  silent: ${JSON.stringify(silent)}`);
  return { name: program.name, allIn, bareStart, ...steady, ...silent };
}

type Until = (servers: readonly string[], are: boolean) => Promise<Duration>;

async function silence(farm: Farm, untilIn: Until): Promise<Pick<Result, "silentOut" | "silentBack">> {
  const servers = silentReals();
  await farm.silence(servers);
  const silentOut = await untilIn(servers, false);
  await farm.unsilence();
  return { silentOut, silentBack: await untilIn(servers, true) };
}

async function bareStartOf(director: Host): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < VERSION_RUNS; i++) await director.run(OURS, "--version");
  return (performance.now() - start) / 1000 / VERSION_RUNS;
}

async function steadyState(
  director: Host,
  window: number,
): Promise<Pick<Result, "cpuPerCheck" | "checksPerSecond" | "pssMegabytes">> {
  const pids = await processesOf(director.name, window);
  const [requestsBefore, cpuBefore, start] = [await farm.requests(), cpuSeconds(pids), performance.now()];
  await sleep(STEADY_SECONDS * 1000);
  const seconds = (performance.now() - start) / 1000;
  const checks = await farm.requests() - requestsBefore;
  const cpuPerCheck = checks > 0 ? (cpuSeconds(pids) - cpuBefore) / checks * 1000 : undefined;
  return { cpuPerCheck, checksPerSecond: checks / seconds, pssMegabytes: pssMegabytes(pids) };
}

/** Waits until all these servers are in the table, or none of them is. */
async function timeUntil(
  window: number,
  servers: readonly string[],
  are: boolean,
): Promise<Duration> {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  while (true) {
    const table = serversInTable(window);
    const reached = servers.filter((server) => table.has(server) === are).length;
    if (reached === servers.length) return { seconds: seconds() };
    if (seconds() > PATIENCE_SECONDS) return { over: PATIENCE_SECONDS, reached };
    await sleep(POLL_MS);
  }
}

/** The addresses in the table of the namespace that the process is in; the kernel writes them in hexadecimal. */
function serversInTable(process: number): ReadonlySet<string> {
  const rows = Deno.readTextFileSync(`/proc/${process}/net/ip_vs`).matchAll(/^ {2}-> ([0-9A-F]{8}):/gm);
  return new Set([...rows].map(([, hex]) => [0, 2, 4, 6].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(".")));
}
