/**
 * Every service against its real server and against servers that are ill, all at the same time, by the program itself.
 */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { RealStatus, Status } from "../../../src/control/status.ts";
import { beginsWithTls } from "../../../src/model/service_facts.ts";
import { sibling6 } from "../world/addresses.ts";
import { scenario, type World } from "../world/scenario.ts";
import { poll } from "../world/wait.ts";
import { host, type Network, network, REAL, real, section } from "./configuration.ts";
import { ILL, ILL_UDP, illServers } from "./ill_site.ts";
import { ROWS, SECRETS, type ServiceRow } from "./rows.ts";
import { ServersOfAllKinds } from "./servers.ts";

/** A closed port of the real server. */
const CLOSED = 9;

/** Seconds that a check may take, and milliseconds beyond them: the lab's one processor runs all the servers, too. */
const DEADLINE = 8;
const LATE_MS = 2_500;
/** Longest wait for all rounds to have come round. */
const PATIENCE = 120;

/** Megabytes that floods may cost, each of which offers 100. */
const FLOOD_COST = 96;

type Illness = keyof typeof ILL;

const ILLNESSES: readonly Illness[] = ["silent", "closes", "garbage", "halfOpenTls"];
const FLOODS: readonly Illness[] = ["flood", "endless"];

/** Plays it over one family of addresses. */
export function checkServices(family: 4 | 6): void {
  scenario(`every service over IPv${family}: its real server, and ill ones`, (world) => play(world, network(family)));
}

async function play(world: World, net: Network): Promise<void> {
  const { director, reals, table } = world;
  await reals.are([REAL]);
  await using servers = await ServersOfAllKinds.start({ v4: REAL, v6: sibling6(REAL), namespace: "r11" });
  await using _ill = await illServers(net.ill);

  await director.start(configuration(net, ILLNESSES));
  await table.becomes(tableOf(net), PATIENCE);
  await settles(world, ILLNESSES);

  const before = await megabytes(world);
  await director.reload(configuration(net, FLOODS));
  await settles(world, FLOODS);
  const cost = await megabytes(world) - before;
  ok(cost < FLOOD_COST, `${cost} MB more after ${2 * ROWS.length} floods of 100 MB`);

  await director.reload(configuration(net, []));
  const frozen = servers.freeze();
  reals.stall(REAL);
  await table.becomes(heads(net).join("\n"), PATIENCE);
  const { virtuals } = await statusOf(world);
  for (const [i, row] of ROWS.entries()) {
    if (row.up) match(virtuals[i].reals[0].why, timedOut(), `${row.name}, stopped`);
  }
  reals.resume(REAL);
  frozen[Symbol.dispose]();
  await table.becomes(tableOf(net), PATIENCE);
  await stayedSecret(world);
}

/** A virtual service for each row, with a first real server that is well; then one for each that is asked in vain. */
export function configuration(net: Network, ways: readonly Illness[]): string {
  const ends = ROWS.map((row, i) => section(net, 7000 + i, row.settings, realsOf(net, row, ways)));
  const inVain = ROWS.flatMap(({ inVain, settings, port }, i) =>
    inVain ? [section(net, 8000 + i, inVain.settings ?? settings, [real(net, net.real, inVain.port ?? port)])] : []
  );
  return [
    `negotiatetimeout = ${DEADLINE}`,
    "checkinterval = 10",
    "quiescent = no",
    ...ends,
    ...inVain,
    "",
  ].join("\n");
}

/** The well one, a closed port, those that are ill, and the well one under another address. */
function realsOf(net: Network, row: ServiceRow, ways: readonly Illness[]): string[] {
  return [
    real(net, net.real, row.port),
    real(net, net.real, CLOSED),
    ...waysOf(row, ways).map((way) => real(net, net.ill, ILL[way])),
    ...row.up ? [`${real(net, net.nobody, row.port)} checkip:${host(net.real)}`] : [],
  ];
}

/** The ways of being ill that there are where the row's service is asked. */
function waysOf({ udp, service }: ServiceRow, ways: readonly Illness[]): readonly Illness[] {
  if (udp) return ways.filter((way) => way in ILL_UDP);
  return beginsWithTls(service) ? ways : ways.filter((way) => way !== "halfOpenTls");
}

/** The kernel's table with all virtual services and no real server. */
function heads({ virtual }: Network): string[] {
  const services = ROWS.map((row, i) => `-A ${row.udp ? "-u" : "-t"} ${host(virtual)}:${7000 + i} -s rr`);
  const inVain = ROWS.flatMap((row, i) =>
    row.inVain ? [`-A ${row.udp ? "-u" : "-t"} ${host(virtual)}:${8000 + i} -s rr`] : []
  );
  return [...services, ...inVain];
}

/** The table as it should be: the well servers, and no others. */
function tableOf(net: Network): string {
  const destinations = ROWS.flatMap((row, i) =>
    [net.real, net.nobody].map((address) => {
      const service = `${row.udp ? "-u" : "-t"} ${host(net.virtual)}:${7000 + i}`;
      return row.up ? `-a ${service} -r ${host(address)}:${row.port} -m -w 1` : "";
    })
  );
  return [...heads(net), ...destinations].join("\n");
}

function timedOut(stage = ".*"): RegExp {
  return new RegExp(`^no answer within ${DEADLINE} s \\(${stage}\\)$`);
}

/** What every check says of servers that are ill in that way. What one alone says of them, its own tests know. */
const VERDICTS: Partial<Record<Illness, RegExp>> = {
  silent: timedOut(),
  closes: /connection reset|the server closed the connection|does not match/,
  halfOpenTls: timedOut("TLS handshake"),
};

/** Waits until everything is said of the real servers that should be; first rounds, all at once, may ask too much. */
async function settles(world: World, ways: readonly Illness[]): Promise<void> {
  // Floods may keep it from answering in time, and then it is asked again.
  const faults = () => statusOf(world).then((status) => faultsOf(status, ways), (error: Error) => [error.message]);
  deepStrictEqual(await poll(faults, ({ length }) => length === 0, PATIENCE), []);
}

/** What is said of real servers and should not be, and checks that took too long to find out. */
function faultsOf({ virtuals }: Status, ways: readonly Illness[]): string[] {
  const faults: string[] = [];
  const expect = (what: string, real: RealStatus, up: boolean, why: RegExp) => {
    const [{ latencyMs }] = real.checks;
    const late = latencyMs === null || latencyMs > DEADLINE * 1000 + LATE_MS;
    const early = real.why.startsWith("no answer within") && latencyMs! < DEADLINE * 1000;
    if (real.serving === up && why.test(real.why) && !late && !early) return;
    faults.push(`${what}: ${real.state} after ${latencyMs} ms: ${real.why}; expected: ${up ? "up" : "down"}, ${why}`);
  };
  for (const [i, row] of ROWS.entries()) {
    const refused = /^connection refused$/;
    const [well, closed, ...others] = virtuals[i].reals;
    expect(row.name, well, row.up !== undefined, row.up ?? refused);
    expect(`${row.name}, a closed port`, closed, false, refused);
    for (const [n, way] of waysOf(row, ways).entries()) {
      // A datagram that is not understood is none: the answer may yet come.
      const verdict = row.udp ? timedOut() : VERDICTS[way] ?? /./;
      expect(`${row.name}, ${way}`, others[n], false, verdict);
    }
    if (row.up) expect(`${row.name}, checkip`, others.at(-1)!, true, row.up);
  }
  const inVain = ROWS.filter((row) => row.inVain);
  for (const [i, row] of inVain.entries()) {
    expect(`${row.name}, in vain`, virtuals[ROWS.length + i].reals[0], false, row.inVain!.down);
  }
  return faults;
}

async function statusOf({ director }: World): Promise<Status> {
  const { code, stdout, stderr } = await director.tool("www", "status", "--json");
  strictEqual(code, 0, stderr);
  return JSON.parse(stdout);
}

/** Megabytes that the daemon holds. */
async function megabytes({ director }: World): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${await director.pid()}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) / 1024;
}

/** No secret stands in anything that the program says. */
async function stayedSecret(world: World): Promise<void> {
  const { director } = world;
  const probe = await director.tool("probe", "www");
  const status = await director.tool("www", "status", "--json");
  const said = [await director.log(), probe.stdout, probe.stderr, status.stdout, status.stderr].join("\n");
  deepStrictEqual(SECRETS.filter((secret) => said.includes(secret)), []);
}
