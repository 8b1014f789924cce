import { LARGE, siteScenario, startBird } from "../world/site_of_three.ts";

const ALL = [1, 2, 3];
const OTHERS = [1, 3];

siteScenario(
  "directors freeze and lose power, the router loses its sessions and its BIRD, and clients go on",
  async (site) => {
    await startBird(site.router, "router.conf");
    for (const number of ALL) {
      const director = await site.boot(number);
      await startBird(director, "director.conf");
      await director.run("ldirectord", "www", "start");
    }
    await site.isAnnouncedBy(LARGE, ALL);
    site.startTraffic(LARGE, 4, 24);
    const { traffic } = site;
    await traffic.goesOn();

    // The daemon is frozen: nothing changes. Then BIRD as well: BFD has the router look elsewhere.
    await site.director(2).run("pkill", "-STOP", "ldirectord");
    await traffic.goesOn();
    await site.isAnnouncedBy(LARGE, ALL);
    await site.director(2).run("pkill", "-STOP", "bird");
    await site.isAnnouncedBy(LARGE, OTHERS, 20);
    await traffic.goesOn();
    await site.director(2).run("pkill", "-CONT", "bird|ldirectord");
    await site.isAnnouncedBy(LARGE, ALL);
    await traffic.goesOn();

    // The power is gone, and comes back.
    await site.crash(2);
    await site.isAnnouncedBy(LARGE, OTHERS, 20);
    const { slowestMs } = await traffic.goesOn();
    console.log(`the slowest new connection during the power loss was answered after ${slowestMs} ms`);
    const returned = await site.boot(2);
    await startBird(returned, "director.conf");
    await returned.run("ldirectord", "www", "start");
    await site.isAnnouncedBy(LARGE, ALL);
    await traffic.goesOn();

    // One session ends, and begins again.
    await site.router.run("birdc", "disable", "director1");
    await site.isAnnouncedBy(LARGE, [2, 3]);
    await traffic.goesOn();
    await site.router.run("birdc", "enable", "director1");
    await site.isAnnouncedBy(LARGE, ALL);
    await traffic.goesOn();

    // The router's BIRD dies: its routes stay, and the next one takes them over.
    await site.router.run("pkill", "-KILL", "bird");
    await traffic.goesOn();
    await site.isAnnouncedBy(LARGE, ALL);
    await startBird(site.router, "router.conf", "-R");
    await site.isRecovered();
    await site.isAnnouncedBy(LARGE, ALL);
    await traffic.goesOn();
  },
);
