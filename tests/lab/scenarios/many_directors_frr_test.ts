import { LARGE, siteScenario, SMALL, startBird, startFrr } from "../world/site_of_three.ts";

const ALL = [1, 2, 3];

siteScenario("FRR on the router and on two directors, BIRD on the third", async (site) => {
  await startFrr(site.router, "frr-router.conf");
  for (const number of ALL) {
    const director = await site.boot(number);
    if (number === 3) await startBird(director, "director.conf");
    else await startFrr(director, "frr-director.conf", ["router-id 10.0.0.1", `router-id 10.0.0.${number}`]);
    await director.run("ldirectord", "www", "start");
  }
  await site.isAnnouncedBy(LARGE, ALL);
  site.startTraffic(LARGE, 4, 24);
  const { traffic } = site;
  await traffic.goesOn();

  await site.director(2).run("ldirectord", "www", "stop");
  await site.isAnnouncedBy(LARGE, [1, 3]);
  await traffic.goesOn();
  await site.director(2).run("ldirectord", "www", "start");
  await site.isAnnouncedBy(LARGE, ALL);
  await traffic.goesOn();

  for (const real of ["10.0.0.11", "10.0.0.12"]) site.reals.stop(real);
  await site.isAnnouncedBy(SMALL, []);
  await site.isAnnouncedBy(LARGE, ALL);
  await traffic.passed();

  await site.crash(1);
  await site.isAnnouncedBy(LARGE, [2, 3], 20);
  await traffic.goesOn();
});
