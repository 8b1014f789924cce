import { match } from "node:assert/strict";
import { run } from "../world/command.ts";
import { Host } from "../world/host.ts";
import { scenario } from "../world/scenario.ts";
import { SITE, SITE_UP } from "../world/site.ts";
import { poll } from "../world/wait.ts";

const EXAMPLES = new URL("../../../packaging/examples/bgp/", import.meta.url).pathname;
const ADDRESS = "198.51.100.10";
const VIRTUAL = `${ADDRESS}:80`;
const CONFIG = SITE.replaceAll("192.0.2.10", ADDRESS).replace(
  "scheduler = rr",
  "scheduler = rr\n            announce = interface:dummy0\n            withdrawdelay = 2",
);
const UP = SITE_UP.replaceAll("192.0.2.10", ADDRESS);

/** Starts BIRD on a host with one of the examples. */
function startBird(host: Host, example: string): void {
  host.start("bird", "-f", "-c", `${EXAMPLES}${example}`, "-s", `/run/${host.name}.ctl`);
}

scenario(
  "BGP by BIRD beside us: an address is announced while its quorum serves, and withdrawn before the purge",
  async (world) => {
    const { director, reals, table, client } = world;
    await director.host.run("ip", "link", "add", "dummy0", "type", "dummy");
    await director.host.run("ip", "link", "set", "dummy0", "up");
    const router = await Host.create("router", ["addr add 192.0.2.250/24 dev eth0"], [
      "net.ipv4.ip_forward=1",
      "net.ipv4.conf.all.send_redirects=0",
      "net.ipv4.conf.eth0.send_redirects=0",
    ]);
    try {
      await run(["ip", "route", "add", "198.51.100.0/24", "via", "192.0.2.250"]);
      startBird(router, "router.conf");
      startBird(director.host, "director.conf");
      const route = () => router.run("ip", "route", "show", ADDRESS);
      const isAnnounced = async (wanted: boolean, seconds = 30) => {
        match(
          await poll(route, (text) => text.includes(ADDRESS) === wanted, seconds),
          wanted ? /via 192\.0\.2\.10/ : /^$/,
        );
      };
      await reals.are(["10.0.0.11", "10.0.0.12"]);
      await director.start(CONFIG);
      await table.becomes(UP);
      await isAnnounced(true);
      await client.isServedBy(VIRTUAL, "10.0.0.11", "10.0.0.12");

      for (const real of ["10.0.0.11", "10.0.0.12"]) reals.stop(real);
      await isAnnounced(false);
      for (const real of ["10.0.0.11", "10.0.0.12"]) await reals.start(real);
      await isAnnounced(true);

      const stopping = director.stop();
      await isAnnounced(false);
      await table.becomes(UP, 0);
      await stopping;
      await table.becomes("");

      await director.does("start");
      await isAnnounced(true);
      // BGP alone would wait for its hold time, which is four minutes.
      await run(["ip", "link", "set", "p-director", "down"]);
      await isAnnounced(false, 10);
      await run(["ip", "link", "set", "p-director", "up"]);
      await isAnnounced(true, 60);
      await client.isServedBy(VIRTUAL, "10.0.0.11", "10.0.0.12");
    } finally {
      await router.destroy();
    }
  },
);
