/**
 * The Perl program as an oracle: the same configurations, the same real servers, at the same time; a table each, and
 * of some a third for ours where it goes through ipvsadm.
 */

import { strictEqual } from "node:assert/strict";
import { BY_IPVSADM, Director, PROGRAM } from "../world/director.ts";
import { RealServers } from "../world/real_servers.ts";
import { normalised, Table } from "../world/table.ts";
import { sleep } from "../world/wait.ts";
import { closeWire, openWire } from "../world/wire.ts";
import { type Exception, EXCEPTIONS, type State } from "./exceptions.ts";

const CORPUS = new URL("corpus", import.meta.url).pathname;
const ORACLE = "/usr/sbin/ldirectord";
const REALS = ["10.0.0.11", "10.0.0.12", "10.0.0.13"];
const STATES: readonly State[] = ["up", "down", "stopped"];

/** Configurations that run at the same time, each under two programs. */
const BATCH = 9;

/** No table shows a change of the real servers' health before this. */
const SETTLING_MS = 4000;
/** Tables that have not changed for so long are what the programs want. */
const QUIET_MS = 3000;
/** Tables that are not as they should be by then are wrong, and not late. */
const LIMIT_MS = 30_000;

/** One configuration in so many runs under our program twice: a processor has only so much time for directors. */
const THIRD = 3;

/** Normal forms of the tables: ours by netlink, ours through ipvsadm for some, and the Perl program's. */
interface TablesOfAll {
  readonly ours: string;
  readonly byIpvsadm?: string;
  readonly oracle: string;
}

type Tables = Readonly<Record<State, TablesOfAll>>;

/** Defines one test for each configuration of one half of the corpus; two kernels take one half each. */
export function compareHalf(half: 0 | 1): void {
  const names = [...Deno.readDirSync(CORPUS)].map(({ name }) => name.replace(/\.cf$/, "")).sort();
  const mine = names.filter((_, i) => i % 2 === half);
  for (let i = 0; i < mine.length; i += BATCH) compareBatch(mine.slice(i, i + BATCH));
}

function compareBatch(names: readonly string[]): void {
  let observed: Promise<ReadonlyMap<string, Tables>> | undefined;
  for (const name of names) {
    Deno.test(`${name}.cf: the Perl program's table, servers up, down, and after stop`, async () => {
      observed ??= observe(names);
      const tables = (await observed).get(name)!;
      for (const state of STATES) compare(name, state, tables[state]);
    });
  }
}

function compare(name: string, state: State, { ours, byIpvsadm, oracle }: TablesOfAll): void {
  if (byIpvsadm !== undefined) {
    strictEqual(byIpvsadm, ours, `${name}.cf, ${state}: ours through ipvsadm is not ours by netlink`);
  }
  const exception = exceptionOf(name, state);
  if (!exception) return strictEqual(ours, oracle, `${name}.cf, ${state}: ours is not the Perl program's table`);
  const wanted = normalised(exception.ours);
  strictEqual(ours, wanted, `${name}.cf, ${state}: ours is not what ${JSON.stringify(exception.reason)} asks for`);
  if (oracle === wanted) throw new Error(`${name}.cf, ${state}: no difference any more, so its row must go`);
}

function isAsItShould(name: string, state: State, { ours, byIpvsadm, oracle }: TablesOfAll): boolean {
  if (byIpvsadm !== undefined && byIpvsadm !== ours) return false;
  const exception = exceptionOf(name, state);
  return exception ? ours === normalised(exception.ours) && ours !== oracle : ours === oracle;
}

function exceptionOf(name: string, state: State): Exception | undefined {
  return EXCEPTIONS[name]?.find((row) => row.state === state);
}

/** Runs the configurations under both programs through all states. */
async function observe(names: readonly string[]): Promise<ReadonlyMap<string, Tables>> {
  await openWire();
  const reals = new RealServers();
  const ensembles: Ensemble[] = [];
  try {
    await prepare(reals);
    for (const [i, name] of names.entries()) ensembles.push(await Ensemble.create(name, i));
    for (const ensemble of ensembles) await ensemble.start();
    const up = await settled(ensembles, "up");
    for (const address of REALS) await reals.refuse(address);
    const down = await settled(ensembles, "down");
    for (const ensemble of ensembles) await ensemble.terminate();
    const stopped = await tablesOf(ensembles);
    return new Map(names.map((name, i) => [name, { up: up[i], down: down[i], stopped: stopped[i] }]));
  } finally {
    for (const ensemble of ensembles) await ensemble.destroy();
    await reals.destroy();
    await closeWire();
  }
}

interface Directors {
  readonly ours: Director;
  readonly byIpvsadm?: Director;
  readonly oracle: Director;
}

/** What a configuration runs under: our program by netlink, for some through ipvsadm as well, and the oracle. */
class Ensemble {
  private constructor(
    readonly name: string,
    private readonly directors: Directors,
  ) {}

  static async create(name: string, index: number): Promise<Ensemble> {
    const ours = await Director.besideTheWay(`ours${index}`, `10.0.0.${101 + index}`);
    const oracle = await Director.besideTheWay(`oracle${index}`, `10.0.0.${201 + index}`, ORACLE);
    if (index % THIRD !== 0) return new Ensemble(name, { ours, oracle });
    const byIpvsadm = await Director.besideTheWay(`adm${index}`, `10.0.0.${151 + index}`, PROGRAM, BY_IPVSADM);
    return new Ensemble(name, { ours, byIpvsadm, oracle });
  }

  async start(): Promise<void> {
    const config = await Deno.readTextFile(`${CORPUS}/${this.name}.cf`);
    for (const [key, director] of this.#all()) await director.start(config, `${key}-${this.name}`);
  }

  /** A signal is cheaper than the verb, which starts the program once more; tests of the verbs are elsewhere. */
  async terminate(): Promise<void> {
    for (const [key, director] of this.#all()) await director.signal("SIGTERM", `${key}-${this.name}`);
    for (const [key, director] of this.#all()) await director.isGone(`${key}-${this.name}`);
  }

  async tables(): Promise<TablesOfAll> {
    const { ours, byIpvsadm, oracle } = this.directors;
    const now = ({ host }: Director) => new Table(host).now();
    return { ours: await now(ours), byIpvsadm: byIpvsadm && await now(byIpvsadm), oracle: await now(oracle) };
  }

  async destroy(): Promise<void> {
    for (const [, director] of this.#all()) await director.destroy();
  }

  #all(): readonly (readonly [string, Director])[] {
    return Object.entries(this.directors);
  }
}

/** The tables of all ensembles, once none of them changes any more. */
async function settled(ensembles: readonly Ensemble[], state: State): Promise<TablesOfAll[]> {
  const limit = performance.now() + LIMIT_MS;
  await sleep(SETTLING_MS);
  let tables = await tablesOf(ensembles);
  let since = performance.now();
  while (performance.now() < limit) {
    await sleep(500);
    const now = await tablesOf(ensembles);
    if (JSON.stringify(now) !== JSON.stringify(tables)) [tables, since] = [now, performance.now()];
    const quiet = performance.now() - since > QUIET_MS;
    if (quiet && ensembles.every(({ name }, i) => isAsItShould(name, state, tables[i]))) break;
  }
  return tables;
}

async function tablesOf(ensembles: readonly Ensemble[]): Promise<TablesOfAll[]> {
  const tables: TablesOfAll[] = [];
  for (const ensemble of ensembles) tables.push(await ensemble.tables());
  return tables;
}

/** What configurations of the corpus refer to, beside the real servers. */
async function prepare(reals: RealServers): Promise<void> {
  await reals.are(REALS);
  const hosts = ["127.0.0.1 localhost", "192.0.2.10 site.lab.example", "10.0.0.11 web11.lab.example"];
  await Deno.writeTextFile("/etc/hosts", [...hosts, "10.0.0.12 web12.lab.example", ""].join("\n"));
  const onlyEleven = `#!/bin/sh\n[ "$3" = 10.0.0.11 ] && [ "$4" = 80 ]\n`;
  await Deno.writeTextFile("/run/lab/only-11", onlyEleven, { mode: 0o755 });
  const perl = `#!/usr/bin/perl\nexit($ARGV[2] eq "10.0.0.11" ? 0 : 1);\n`;
  await Deno.writeTextFile("/run/lab/only-11.pl", perl, { mode: 0o755 });
  await Deno.mkdir("/run/lab/maintenance", { recursive: true });
  await Deno.writeTextFile("/run/lab/maintenance/10.0.0.12:80", "");
}
