import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { LARGE, REALS, type SiteOfThree, siteScenario, SMALL, startBird, WWW } from "../world/site_of_three.ts";
import type { Passed } from "../world/traffic.ts";
import { poll } from "../world/wait.ts";

const ALL = [1, 2, 3];

/** A third address, which a reload brings. */
const NEW = "198.51.100.30";

siteScenario("three directors each see for themselves which real servers are up", async (site) => {
  await startBird(site.router, "router.conf");
  for (const number of ALL) {
    const director = await site.boot(number);
    await startBird(director, "director.conf");
    await director.run("ldirectord", "www", "start");
  }
  await site.isAnnouncedBy(LARGE, ALL);
  await site.isAnnouncedBy(SMALL, ALL);
  site.startTraffic(LARGE, 4, 24);
  const { traffic } = site;
  deepStrictEqual(servers(await traffic.goesOn()), REALS);

  // One director alone cannot reach a real server that works: its established connections go on.
  await site.reals.types("10.0.0.13", "iptables-legacy -A INPUT -s 10.0.0.1 -j DROP");
  await hasWeight(site, 1, "10.0.0.13", 0);
  await traffic.goesOn();
  await hasWeight(site, 2, "10.0.0.13", 1);
  await site.reals.unsilence("10.0.0.13");
  await hasWeight(site, 1, "10.0.0.13", 1);
  await traffic.goesOn();

  // It dies: its own connections break, and no others; when all have noticed, no client meets it.
  site.reals.stop("10.1.0.16");
  for (const number of ALL) await hasWeight(site, number, "10.1.0.16", 0);
  const { broken, failed } = await traffic.passed();
  ok(failed.length + broken.length > 0, "no client has met the real server that died");
  deepStrictEqual(broken.filter((connection) => !connection.startsWith("10.1.0.16: ")), []);
  deepStrictEqual(servers(await traffic.goesOn()), REALS.slice(0, -1));
  await site.reals.start("10.1.0.16");
  for (const number of ALL) await hasWeight(site, number, "10.1.0.16", 1);
  deepStrictEqual(servers(await traffic.goesOn()), REALS);

  // The address whose real servers are all down is withdrawn by all directors, and the other by none.
  for (const real of ["10.0.0.11", "10.0.0.12"]) site.reals.stop(real);
  await site.isAnnouncedBy(SMALL, []);
  await site.isAnnouncedBy(LARGE, ALL);
  for (const real of ["10.0.0.11", "10.0.0.12"]) await site.reals.start(real);
  await site.isAnnouncedBy(SMALL, ALL);
  for (const number of ALL) await hasWeight(site, number, "10.0.0.11", 1);
  await traffic.passed();

  // Directors get a further address one after the other.
  const more = `${WWW}\n${WWW.slice(WWW.lastIndexOf("virtual =")).replace(SMALL, NEW)}`;
  for (const number of ALL) {
    await site.director(number).write("/etc/ha.d/www", more);
    await site.director(number).run("ldirectord", "www", "reload");
    await site.isAnnouncedBy(NEW, ALL.slice(0, number));
  }
  await traffic.goesOn();
  await site.isAnnouncedBy(LARGE, ALL);
});

/** The real servers that have answered, in order. */
function servers({ requests }: Passed): string[] {
  return [...requests.keys()].sort();
}

/** Waits until a director's table has a real server of the large virtual service at that weight. */
async function hasWeight(site: SiteOfThree, number: number, real: string, weight: number): Promise<void> {
  const row = new RegExp(`-t ${LARGE}:80 -r ${real}:80 .*-w (\\d+)`);
  const read = async () => row.exec(await site.director(number).run("ipvsadm", "-Sn"))?.[1];
  const seen = await poll(read, (now) => now === String(weight), 20);
  strictEqual(seen, String(weight), `the weight of ${real} on director ${number}`);
}
