import { deepStrictEqual } from "node:assert/strict";
import { LARGE, type SiteOfThree, siteScenario, startBird, WWW } from "../world/site_of_three.ts";
import { poll } from "../world/wait.ts";

const ALL = [1, 2, 3];

/** A scheduler by which no director knows what another would choose. */
const WITHOUT_MH = WWW.replaceAll("scheduler = mh", "scheduler = wlc").replaceAll(/^ *schedflags .*\n/gm, "");

/** Its configuration in docs/many-directors.md. */
const SYNC = "syncdaemon = both\nsyncinterface = eth0\nsyncid = 1\n";

siteScenario("the sync daemon on all directors: connections go on over another, with any scheduler", async (site) => {
  await startBird(site.router, "router.conf");
  for (const number of ALL) await start(site, number);
  await site.isAnnouncedBy(LARGE, ALL);
  site.startTraffic(LARGE, 2, 24);
  await site.traffic.goesOn();
  for (const number of ALL) await knowConnectionsOf(site, number, ALL.filter((other) => other !== number));
  await site.crash(2);
  await site.isAnnouncedBy(LARGE, [1, 3], 20);
  await site.traffic.goesOn();
});

async function start(site: SiteOfThree, number: number): Promise<void> {
  const director = await site.boot(number);
  await director.run("sysctl", "-qw", "net.ipv4.vs.sloppy_tcp=0");
  await director.write("/etc/ha.d/www", SYNC + WITHOUT_MH);
  await startBird(director, "director.conf");
  await director.run("ldirectord", "www", "start");
}

/** Waits until the others know all connections that are established over a director now. */
async function knowConnectionsOf(site: SiteOfThree, number: number, others: readonly number[]): Promise<void> {
  const wanted = await connections(site, number, / ESTABLISHED /);
  for (const other of others) {
    const missing = async () => [...wanted.difference(await connections(site, other, /^TCP /))];
    deepStrictEqual(await poll(missing, (clients) => clients.length === 0, 20), [], `not known to director ${other}`);
  }
}

/** The clients' ends of the connections in a director's table that match. */
async function connections(site: SiteOfThree, number: number, pattern: RegExp): Promise<Set<string>> {
  const rows = (await site.director(number).run("ipvsadm", "-Lnc")).split("\n").filter((row) => pattern.test(row));
  return new Set(rows.map((row) => row.split(/\s+/)[3]));
}
