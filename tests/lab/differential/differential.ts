/**
 * The Perl program as an oracle: the same configurations, the same real servers, at the same time; a table each.
 */

import { strictEqual } from "node:assert/strict";
import { Director } from "../world/director.ts";
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

interface PairOfTables {
  readonly ours: string;
  readonly oracle: string;
}

type Tables = Readonly<Record<State, PairOfTables>>;

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

function compare(name: string, state: State, { ours, oracle }: PairOfTables): void {
  const exception = exceptionOf(name, state);
  if (!exception) return strictEqual(ours, oracle, `${name}.cf, ${state}: ours is not the Perl program's table`);
  const wanted = normalised(exception.ours);
  strictEqual(ours, wanted, `${name}.cf, ${state}: ours is not what ${JSON.stringify(exception.reason)} asks for`);
  if (oracle === wanted) throw new Error(`${name}.cf, ${state}: no difference any more, so its row must go`);
}

function isAsItShould(name: string, state: State, { ours, oracle }: PairOfTables): boolean {
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
  const pairs: Pair[] = [];
  try {
    await prepare(reals);
    for (const [i, name] of names.entries()) pairs.push(await Pair.create(name, i));
    for (const pair of pairs) await pair.start();
    const up = await settled(pairs, "up");
    for (const address of REALS) await reals.refuse(address);
    const down = await settled(pairs, "down");
    for (const pair of pairs) await pair.terminate();
    const stopped = await tablesOf(pairs);
    return new Map(names.map((name, i) => [name, { up: up[i], down: down[i], stopped: stopped[i] }]));
  } finally {
    for (const pair of pairs) await pair.destroy();
    await reals.destroy();
    await closeWire();
  }
}

/** Both programs on one configuration. */
class Pair {
  private constructor(readonly name: string, readonly ours: Director, readonly oracle: Director) {}

  static async create(name: string, index: number): Promise<Pair> {
    const ours = await Director.besideTheWay(`ours${index}`, `10.0.0.${101 + index}`);
    const oracle = await Director.besideTheWay(`oracle${index}`, `10.0.0.${201 + index}`, ORACLE);
    return new Pair(name, ours, oracle);
  }

  async start(): Promise<void> {
    const config = await Deno.readTextFile(`${CORPUS}/${this.name}.cf`);
    await this.ours.start(config, `ours-${this.name}`);
    await this.oracle.start(config, `oracle-${this.name}`);
  }

  /** A signal is cheaper than the verb, which starts the program once more; tests of the verbs are elsewhere. */
  async terminate(): Promise<void> {
    for (const [director, name] of [[this.ours, "ours"], [this.oracle, "oracle"]] as const) {
      await director.signal("SIGTERM", `${name}-${this.name}`);
    }
    await this.ours.isGone(`ours-${this.name}`);
    await this.oracle.isGone(`oracle-${this.name}`);
  }

  async tables(): Promise<PairOfTables> {
    return { ours: await new Table(this.ours.host).now(), oracle: await new Table(this.oracle.host).now() };
  }

  async destroy(): Promise<void> {
    await this.ours.destroy();
    await this.oracle.destroy();
  }
}

/** The tables of all pairs, once none of them changes any more. */
async function settled(pairs: readonly Pair[], state: State): Promise<PairOfTables[]> {
  const limit = performance.now() + LIMIT_MS;
  await sleep(SETTLING_MS);
  let tables = await tablesOf(pairs);
  let since = performance.now();
  while (performance.now() < limit) {
    await sleep(500);
    const now = await tablesOf(pairs);
    if (JSON.stringify(now) !== JSON.stringify(tables)) [tables, since] = [now, performance.now()];
    const quiet = performance.now() - since > QUIET_MS;
    if (quiet && pairs.every(({ name }, i) => isAsItShould(name, state, tables[i]))) break;
  }
  return tables;
}

async function tablesOf(pairs: readonly Pair[]): Promise<PairOfTables[]> {
  const tables: PairOfTables[] = [];
  for (const pair of pairs) tables.push(await pair.tables());
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
