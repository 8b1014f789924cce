import { match } from "node:assert/strict";
import { httpGet } from "../world/client.ts";
import { LARGE, siteScenario, SMALL, startBird } from "../world/site_of_three.ts";

const ALL = [1, 2, 3];

siteScenario("directors come and go under load, and no client notices", async (site) => {
  await startBird(site.router, "router.conf");
  // The two programs, and the directors, may start in any order.
  for (const [number, first] of [[3, "ldirectord"], [1, "bird"], [2, "bird"]] as const) {
    const director = await site.boot(number);
    if (first === "bird") await startBird(director, "director.conf");
    await director.run("ldirectord", "www", "start");
    if (first !== "bird") await startBird(director, "director.conf");
    if (number === 3) await site.isAnnouncedBy(LARGE, [3]);
    if (number === 3) site.startTraffic(LARGE, 4, 24);
  }
  const { traffic } = site;
  await site.isAnnouncedBy(LARGE, ALL);
  await site.isAnnouncedBy(SMALL, ALL);
  await traffic.goesOn();

  // Stopped, and started again.
  await site.director(3).run("ldirectord", "www", "stop");
  await site.isAnnouncedBy(LARGE, [1, 2]);
  await traffic.goesOn();
  await site.director(3).run("ldirectord", "www", "start");
  await site.isAnnouncedBy(LARGE, ALL);
  await traffic.goesOn();

  // Retired: a router that is slow to notice is served all the same.
  await site.director(2).run("ldirectord", "retire");
  await site.isAnnouncedBy(LARGE, [1, 3]);
  await traffic.goesOn();
  await site.router.run("ip", "route", "replace", SMALL, "via", "10.0.0.2", "metric", "1");
  match(await httpGet(`${SMALL}:80`), /^10\.0\.0\.1[12]$/);
  await site.router.run("ip", "route", "del", SMALL, "via", "10.0.0.2", "metric", "1");
  await site.director(2).run("ldirectord", "rejoin");
  await site.isAnnouncedBy(LARGE, ALL);
  await traffic.goesOn();

  // The daemon alone dies: the kernel goes on.
  await site.director(2).run("sh", "-c", "kill -9 $(cat /run/ldirectord.www.pid)");
  await traffic.goesOn();
  await site.isAnnouncedBy(LARGE, ALL);
  await site.director(2).run("ldirectord", "www", "start");
  await traffic.goesOn();
  await site.isAnnouncedBy(LARGE, ALL);
});
