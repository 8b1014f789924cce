/**
 * (b) A large table, and no checks: how long ours, keepalived and `ipvsadm -R` take until it is complete, how long a reload
 * takes that changes one entry in a hundred, and what memory it costs.
 */

import { sleep } from "../tests/lab/world/wait.ts";
import { say } from "../tools/terminal.ts";
import { DirectorHost } from "./director_host.ts";
import { pssMegabytes } from "./processes.ts";
import type { Program } from "./programs.ts";
import { spreadOf } from "./median.ts";
import type { TableResult } from "./result.ts";
import { each, realAddress, virtualAddress } from "./site.ts";

const SERVICES = 100;
const EACH = 100;
const RUNS = 3;
const PATIENCE_SECONDS = 120;
const POLL_MS = 20;
const SETTLING_MS = 5_000;
const KEEPALIVED_PID = "/run/ka.pid";

const names = ["ours", "keepalived 2.2.7", "ipvsadm -R"] as const;
type Name = typeof names[number];

/** One run of one program. Absent: it cannot do that. */
interface Run {
  readonly complete: number;
  readonly reloaded?: number;
  readonly pssMegabytes?: number;
}

/** Measures each of them three times, in turns. */
export async function measureTable(binary: string): Promise<readonly TableResult[]> {
  const runs = new Map<Name, Run[]>(names.map((name) => [name, []]));
  for (let round = 0; round < RUNS; round++) {
    for (const name of names) {
      const run = await measure(name, binary);
      say(`${name}: ${JSON.stringify(run)}`);
      runs.get(name)!.push(run);
    }
  }
  return [...runs].map(([name, own]): TableResult => {
    const spread = (pick: (run: Run) => number | undefined) => spreadOf(own.flatMap((run) => pick(run) ?? []));
    return {
      name,
      complete: spread((run) => run.complete)!,
      reloaded: spread((run) => run.reloaded),
      pssMegabytes: spread((run) => run.pssMegabytes),
    };
  });
}

async function measure(name: Name, binary: string): Promise<Run> {
  if (name === "ipvsadm -R") return await restore();
  const program = programOf(name, binary);
  return await DirectorHost.with(program, async (director) => {
    const start = performance.now();
    await director.start(program);
    await until(() => director.countOf(1) === SERVICES * EACH);
    const complete = (performance.now() - start) / 1000;
    await sleep(SETTLING_MS);
    const pids = await director.processes();
    const memory = pssMegabytes(pids);
    await Deno.writeTextFile(program.file, program.second);
    const reload = performance.now();
    Deno.kill(name === "ours" ? pids[0] : Number(await Deno.readTextFile(KEEPALIVED_PID)), "SIGHUP");
    await until(() => director.countOf(2) === SERVICES);
    return { complete, reloaded: (performance.now() - reload) / 1000, pssMegabytes: memory };
  });
}

async function restore(): Promise<Run> {
  const nothing = { name: "ipvsadm -R", file: "/run/rules", config: rules(), start: [], runs: 1 };
  return await DirectorHost.with(nothing, async (director) => {
    const start = performance.now();
    await director.host.run("sh", "-c", "ipvsadm -R </run/rules");
    if (director.countOf(1) !== SERVICES * EACH) throw new Error("ipvsadm -R did not take all rules");
    return { complete: (performance.now() - start) / 1000 };
  });
}

/** A program, and its configuration with another weight for one real server of each virtual service. */
function programOf(name: Exclude<Name, "ipvsadm -R">, binary: string): Program & { readonly second: string } {
  const [config, second] = [1, 2].map(name === "ours" ? ldirectordConfig : keepalivedConfig);
  if (name === "ours") {
    const start = ["sh", "-c", `exec ${binary} bench start >/run/ours.log 2>&1 &`];
    return { name, file: "/etc/ha.d/bench", config, second, start, runs: RUNS };
  }
  const options = `-C -n -l -G -f /run/keepalived.conf -p ${KEEPALIVED_PID} -c /run/kac.pid`;
  const start = ["sh", "-c", `exec keepalived ${options} >/run/ka.log 2>&1 &`];
  return { name, file: "/run/keepalived.conf", config, second, start, runs: RUNS };
}

async function until(isReached: () => boolean): Promise<void> {
  const start = performance.now();
  while (!isReached()) {
    if (performance.now() - start > PATIENCE_SECONDS * 1000) throw new Error(`not within ${PATIENCE_SECONDS} s`);
    await sleep(POLL_MS);
  }
}

function rules(): string {
  return each(SERVICES, (service) =>
    [
      `-A -t ${virtualAddress(service)}:80 -s wrr`,
      ...each(EACH, (real) => `-a -t ${virtualAddress(service)}:80 -r ${realAddress(service, real)}:80 -m -w 1`),
      "",
    ].join("\n")).join("");
}

/** The first real server of each virtual service has that weight, the others 1. */
function ldirectordConfig(first: number): string {
  const reals = (service: number) =>
    each(EACH, (real) => `        real = ${realAddress(service, real)}:80 masq ${real === 1 ? first : 1}`);
  const services = each(
    SERVICES,
    (service) =>
      [
        `virtual = ${virtualAddress(service)}:80`,
        ...reals(service),
        "        checktype = on",
        "        scheduler = wrr",
      ]
        .join("\n"),
  );
  return ["supervised = yes", "quiescent = no", ...services, ""].join("\n");
}

/** A real server without a checker is in the table from the start. */
function keepalivedConfig(first: number): string {
  return each(SERVICES, (service) => `
virtual_server ${virtualAddress(service)} 80 {
    lb_algo wrr
    lb_kind NAT
    protocol TCP
${
    each(EACH, (real) =>
      `    real_server ${realAddress(service, real)} 80 {\n      weight ${real === 1 ? first : 1}\n    }`)
      .join("\n")
  }
}`).join("\n");
}
