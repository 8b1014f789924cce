/**
 * Runs in the lab: a large table, and no checks. How long ours, keepalived and `ipvsadm -R` take until it is complete, how
 * long a reload takes that changes one entry in a hundred, and what memory it costs. Prints a line of JSON.
 */

import type { Host } from "../tests/lab/world/host.ts";
import { outcomeOf } from "../tests/lab/world/command.ts";
import { sleep } from "../tests/lab/world/wait.ts";
import { closeWire, openWire } from "../tests/lab/world/wire.ts";
import { say } from "../tools/terminal.ts";
import { onBenchHost } from "./bench_host.ts";
import { processesOf, pssMegabytes } from "./processes.ts";
import { spreadOf } from "./median.ts";
import type { TableResult } from "./result.ts";

const [BINARY, MARK] = Deno.args;
/** In memory, as a page cache would have it. */
const OURS = "/run/ldirectord";
const SERVICES = 100;
const EACH = 100;
const RUNS = 3;
const PATIENCE_SECONDS = 120;
const POLL_MS = 20;

const names = ["ours", "keepalived 2.2.7", "ipvsadm -R"] as const;
type Name = typeof names[number];

/** One run of one program. Absent: it cannot do that. */
interface Run {
  readonly complete: number;
  readonly reloaded?: number;
  readonly pssMegabytes?: number;
}

await Deno.copyFile(BINARY, OURS);
await openWire();
await Deno.mkdir("/etc/ha.d", { recursive: true });
const runs = new Map<Name, Run[]>(names.map((name) => [name, []]));
for (let round = 0; round < RUNS; round++) {
  for (const name of names) {
    const run = await measure(name);
    say(`${name}: ${JSON.stringify(run)}`);
    runs.get(name)!.push(run);
  }
}
await closeWire();
const results = names.map((name): TableResult => {
  const own = runs.get(name)!;
  const spread = (pick: (run: Run) => number | undefined) => spreadOf(own.flatMap((run) => pick(run) ?? []));
  return {
    name,
    complete: spread((run) => run.complete)!,
    reloaded: spread((run) => run.reloaded),
    pssMegabytes: spread((run) => run.pssMegabytes),
  };
});
say(MARK + JSON.stringify(results));

async function measure(name: Name): Promise<Run> {
  return await onBenchHost(({ host, window }) =>
    name === "ipvsadm -R" ? restore(host, window) : direct(name, host, window)
  );
}

async function restore(director: Host, window: number): Promise<Run> {
  const start = performance.now();
  const { code } = await outcomeOf(director.command(["ipvsadm", "-R"]), rules());
  if (code !== 0 || countOf(window, 1) !== SERVICES * EACH) throw new Error(`ipvsadm -R ended with ${code}`);
  return { complete: (performance.now() - start) / 1000 };
}

async function direct(name: Exclude<Name, "ipvsadm -R">, director: Host, window: number): Promise<Run> {
  const isOurs = name === "ours";
  const file = isOurs ? "/etc/ha.d/bench" : "/run/keepalived.conf";
  const config = isOurs ? ldirectordConfig : keepalivedConfig;
  const command = isOurs
    ? `exec ${OURS} bench start >/run/ours.log 2>&1`
    : "exec keepalived -C -n -l -G -f /run/keepalived.conf -p /run/ka.pid -c /run/kac.pid >/run/ka.log 2>&1";
  await Deno.writeTextFile(file, config(1));
  const start = performance.now();
  director.start("sh", "-c", command);
  await until(() => countOf(window, 1) === SERVICES * EACH);
  const complete = (performance.now() - start) / 1000;
  await sleep(5_000);
  const pids = await processesOf(director.name, window);
  const memory = pssMegabytes(pids);
  await Deno.writeTextFile(file, config(2));
  const reload = performance.now();
  const leader = isOurs ? pids[0] : Number(await Deno.readTextFile("/run/ka.pid"));
  Deno.kill(leader, "SIGHUP");
  await until(() => countOf(window, 2) === SERVICES);
  return { complete, reloaded: (performance.now() - reload) / 1000, pssMegabytes: memory };
}

async function until(isReached: () => boolean): Promise<void> {
  const start = performance.now();
  while (!isReached()) {
    if (performance.now() - start > PATIENCE_SECONDS * 1000) throw new Error(`not within ${PATIENCE_SECONDS} s`);
    await sleep(POLL_MS);
  }
}

/** How many destinations of that weight the table of the namespace has that the process is in. */
function countOf(process: number, weight: number): number {
  const rows = Deno.readTextFileSync(`/proc/${process}/net/ip_vs`).matchAll(/^ {2}-> [0-9A-F]{8}:\S+ +\S+ +(\d+)/gm);
  return [...rows].filter(([, each]) => Number(each) === weight).length;
}

/** Addresses of a virtual service and of one of its real servers, both counted from 1. */
function virtualOf(service: number): string {
  return `192.0.2.${service}`;
}

function realOf(service: number, real: number): string {
  return `10.1.${service}.${real}`;
}

function each<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i + 1));
}

function rules(): string {
  return each(SERVICES, (service) =>
    [
      `-A -t ${virtualOf(service)}:80 -s wrr`,
      ...each(EACH, (real) => `-a -t ${virtualOf(service)}:80 -r ${realOf(service, real)}:80 -m -w 1`),
      "",
    ].join("\n")).join("");
}

/** The first real server of each virtual service has that weight, the others 1. */
function ldirectordConfig(first: number): string {
  const reals = (service: number) =>
    each(EACH, (real) => `        real = ${realOf(service, real)}:80 masq ${real === 1 ? first : 1}`);
  const services = each(
    SERVICES,
    (service) =>
      [`virtual = ${virtualOf(service)}:80`, ...reals(service), "        checktype = on", "        scheduler = wrr"]
        .join("\n"),
  );
  return ["supervised = yes", "quiescent = no", ...services, ""].join("\n");
}

/** A real server without a checker is in the table from the start. */
function keepalivedConfig(first: number): string {
  return each(SERVICES, (service) => `
virtual_server ${virtualOf(service)} 80 {
    lb_algo wrr
    lb_kind NAT
    protocol TCP
${
    each(EACH, (real) => `    real_server ${realOf(service, real)} 80 {\n      weight ${real === 1 ? first : 1}\n    }`)
      .join("\n")
  }
}`).join("\n");
}
