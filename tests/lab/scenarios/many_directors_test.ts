import { LARGE, siteScenario, SMALL, startBird } from "../world/site_of_three.ts";
import { sleep } from "../world/wait.ts";

siteScenario("three directors behind a router", async (site) => {
  const t0 = performance.now();
  const say = (text: string) => console.log(((performance.now() - t0) / 1000).toFixed(1), text);
  await startBird(site.router, "router.conf");
  for (const n of [3, 1, 2]) {
    const director = await site.boot(n);
    await startBird(director, "director.conf");
    await director.run("ldirectord", "www", "start");
    say(`started ${n}`);
  }
  await site.isAnnouncedBy(LARGE, [1, 2, 3]);
  await site.isAnnouncedBy(SMALL, [1, 2, 3]);
  say("announced");
  say(await site.router.run("ip", "route"));
  for (const n of [1, 2, 3]) say(await site.director(n).run("ipvsadm", "-Ln"));
  const traffic = site.startTraffic(LARGE, 4, 24);
  await sleep(5000);
  console.log(traffic.takeStock());
  for (const n of [1, 2, 3]) say(await site.director(n).run("ipvsadm", "-Ln", "--stats"));
  await site.crash(2);
  await site.isAnnouncedBy(LARGE, [1, 3]);
  say("gone");
  await sleep(5000);
  console.log(traffic.takeStock());
  await site.director(3).run("ldirectord", "www", "stop");
  say("stopped");
  await sleep(3000);
  console.log(traffic.takeStock());
  await site.director(3).run("ldirectord", "www", "start");
  await site.isAnnouncedBy(LARGE, [1, 3]);
  await sleep(3000);
  console.log(traffic.takeStock());
});
