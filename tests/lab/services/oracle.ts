/**
 * The Perl program as an oracle for every service that it can check: the same real servers, up and down.
 */

import { strictEqual } from "node:assert/strict";
import { Director } from "../world/director.ts";
import { sibling6 } from "../world/addresses.ts";
import { RealServers } from "../world/real_servers.ts";
import { Table } from "../world/table.ts";
import { sleep } from "../world/wait.ts";
import { closeWire, openWire } from "../world/wire.ts";
import { network, REAL, real, section } from "./configuration.ts";
import { ROWS, type ServiceRow } from "./rows.ts";
import { ServersOfAllKinds } from "./servers.ts";

const ORACLE = "/usr/sbin/ldirectord";

/** How a real server is met: as it should be, asked in vain, gone. */
const STATES = ["up", "in vain", "gone"] as const;
type State = typeof STATES[number];

type Verdict = "up" | "down";
type Verdicts = Readonly<Record<string, Verdict>>;

/** Where our verdict is another, and why theirs is not right. */
const EXCEPTIONS: Readonly<Record<string, { readonly ours: Verdict; readonly reason: string }>> = {
  "imaps, up": { ours: "up", reason: "the Perl program wants a valid certificate; ours does with tlsverify" },
  "pops, up": { ours: "up", reason: "as imaps" },
  "ftp, in vain": { ours: "down", reason: "without receive, the Perl program finds every ftp server up" },
  "dns over udp, in vain": { ours: "down", reason: "to the Perl program 192.0.2.10 matches 192.0.2.1" },
  "radius, up": { ours: "up", reason: "this server wants signed requests (Blast-RADIUS); the Perl program signs none" },
  "sip over udp, up": { ours: "up", reason: "the Perl program knows 200 by the word OK alone (RFC 3261, 7.2)" },
  "sip over tcp, up": { ours: "up", reason: "as over udp" },
};

/** Longest wait for both programs to agree, and between looks. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 3_000;

/** Covered by the corpus of configurations (see ../differential), and the Perl program takes its time. */
const COMPARED_ELSEWHERE: readonly string[] = ["http", "https", "http_proxy", "simpletcp", "dns over tcp"];

/** Rows that both programs can be asked about; the Perl one's configuration has no word for the others. */
const SHARED = ROWS.filter(({ name, ours }) => !ours && !COMPARED_ELSEWHERE.includes(name));
const IN_VAIN = SHARED.filter(({ inVain }) => inVain);

/** Defines one test for each service and state. */
export function compareServices(): void {
  let observed: Promise<Observation> | undefined;
  for (const row of SHARED) {
    for (const state of STATES) {
      if (state === "in vain" && !row.inVain) continue;
      Deno.test(`${row.name}: the Perl program's verdict, ${state}`, async () => {
        observed ??= observe();
        const { ours, theirs } = await observed;
        const key = keyOf(row, state);
        const exception = EXCEPTIONS[key];
        strictEqual(ours[key], exception?.ours ?? theirs[key], exception?.reason);
        if (exception && theirs[key] === exception.ours) throw new Error("no difference any more: its row must go");
      });
    }
  }
}

interface Observation {
  readonly ours: Verdicts;
  readonly theirs: Verdicts;
}

function keyOf(row: ServiceRow, state: State): string {
  return `${row.name}, ${state}`;
}

async function observe(): Promise<Observation> {
  await openWire();
  const reals = new RealServers();
  await using stack = new AsyncDisposableStack();
  stack.defer(closeWire);
  stack.defer(() => reals.destroy());
  const ours = await Director.inTheWay();
  stack.defer(() => ours.destroy());
  await reals.are([REAL]);
  const site = { v4: REAL, v6: sibling6(REAL), namespace: "r11" };
  const servers = await ServersOfAllKinds.start(site);
  // Two of them: one alone asks real servers that differ only in what they are asked once for all.
  const theirs = await Director.besideTheWay("theirs", "10.0.0.201", ORACLE);
  stack.defer(() => theirs.destroy());
  const theirsInVain = await Director.besideTheWay("vain", "10.0.0.202", ORACLE);
  stack.defer(() => theirsInVain.destroy());
  // Ours leaves the lab's one processor to the others, which ask one server after the other.
  await ours.start(configuration(30, [...wellSections(), ...inVainSections()]), "ours");
  await theirs.start(configuration(3, wellSections()), "theirs");
  await theirsInVain.start(configuration(3, inVainSections()), "vain");
  const look = async (): Promise<readonly [ours: string, theirs: string]> => {
    const [one, two, three] = [ours, theirs, theirsInVain].map(({ host }) => new Table(host).now());
    return [await one, `${await two}\n${await three}`];
  };
  const alive = await settled(look, ["up", "in vain"]);
  await servers[Symbol.asyncDispose]();
  reals.stop(REAL);
  const gone = await settled(look, ["gone"]);
  return { ours: { ...alive.ours, ...gone.ours }, theirs: { ...alive.theirs, ...gone.theirs } };
}

const NET = network(4);

function wellSections(): string[] {
  return SHARED.map(({ settings, port }, i) => section(NET, 7000 + i, settings, [real(NET, REAL, port)]));
}

function inVainSections(): string[] {
  return IN_VAIN.map(({ settings, port, inVain }, i) =>
    section(NET, 8000 + i, inVain!.settings ?? settings, [real(NET, REAL, inVain!.port ?? port)])
  );
}

function configuration(interval: number, sections: readonly string[]): string {
  return ["checktimeout = 5", "negotiatetimeout = 5", `checkinterval = ${interval}`, "quiescent = no", ...sections, ""]
    .join("\n");
}

/** The verdicts of both programs, once they are as they should be, or as they are after a long wait. */
async function settled(
  look: () => Promise<readonly [ours: string, theirs: string]>,
  states: readonly State[],
): Promise<Observation> {
  for (const limit = performance.now() + PATIENCE_MS;;) {
    const [ours, theirs] = (await look()).map((table) => verdictsOf(table, states));
    if (Object.keys(ours).every((key) => isAsItShould(key, { ours, theirs })) || performance.now() > limit) {
      return { ours, theirs };
    }
    await sleep(LOOK_MS);
  }
}

function isAsItShould(key: string, { ours, theirs }: Observation): boolean {
  const exception = EXCEPTIONS[key];
  return exception ? ours[key] === exception.ours && theirs[key] !== ours[key] : ours[key] === theirs[key];
}

function verdictsOf(table: string, states: readonly State[]): Verdicts {
  const verdicts: Record<string, Verdict> = {};
  for (const state of states) {
    const [rows, first] = state === "in vain" ? [IN_VAIN, 8000] : [SHARED, 7000];
    for (const [i, row] of rows.entries()) {
      verdicts[keyOf(row, state)] = table.includes(` 192.0.2.10:${first + i} -r `) ? "up" : "down";
    }
  }
  return verdicts;
}
