import { scenario, scenarioByBothDrivers } from "../world/scenario.ts";
import { GLOBALS, ONLY_11_UP, SITE, SITE_UP } from "../world/site.ts";

scenarioByBothDrivers("reload: virtuals and real servers come and go, and no request fails", async (world) => {
  const { director, reals, table, client } = world;
  await reals.are(["10.0.0.11", "10.0.0.12", "10.0.0.13"]);
  await director.start(SITE);
  await table.becomes(SITE_UP);
  const load = client.startLoad("192.0.2.10:80");

  await director.reload(`${GLOBALS}
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq 4
            real = 10.0.0.12:80 masq 0
            real = 10.0.0.13:80 masq
            service = http
            scheduler = wrr
    virtual = 192.0.2.20:80
            real = 10.0.0.13:80 masq
            service = http
            scheduler = rr
  `);
  await table.becomes(`
    -A -t 192.0.2.10:80 -s wrr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 4
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 0
    -a -t 192.0.2.10:80 -r 10.0.0.13:80 -m -w 1
    -A -t 192.0.2.20:80 -s rr
    -a -t 192.0.2.20:80 -r 10.0.0.13:80 -m -w 1
  `);
  await client.isServedBy("192.0.2.20:80", "10.0.0.13");

  // 10.0.0.12 is drained by now: it can go.
  await director.reload(`${GLOBALS}
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq 4
            real = 10.0.0.13:80 masq
            service = http
            scheduler = wrr
  `);
  await table.becomes(`
    -A -t 192.0.2.10:80 -s wrr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 4
    -a -t 192.0.2.10:80 -r 10.0.0.13:80 -m -w 1
  `);
  await load.endsWithoutFailure();
});

scenario("reload with a broken file changes nothing, and the director goes on", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(SITE);
  await table.becomes(SITE_UP);

  await director.configure(`${GLOBALS}
    virtual = 192.0.2.20:80
            real = 10.0.0.11:80 masq 7
            service = http
            no such directive = 1
  `);
  await director.signal("SIGHUP");
  await director.logs(/reading file \/etc\/ha\.d\/www at line \d+/);
  await table.stays(SITE_UP, 2);

  reals.stop("10.0.0.12");
  await table.becomes(ONLY_11_UP);
});

scenario("autoreload: a changed file is read without being told", async ({ director, reals, table }) => {
  const config = (weight: number) => `
    autoreload = yes
    ${GLOBALS.trimStart()}
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq ${weight}
            service = http
            scheduler = wrr
  `;
  const tableWith = (weight: number) => `
    -A -t 192.0.2.10:80 -s wrr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w ${weight}
  `;
  await reals.are(["10.0.0.11"]);
  await director.start(config(1));
  await table.becomes(tableWith(1));

  await director.configure(config(6));
  await table.becomes(tableWith(6));
  await director.logs(/Configuration file '\/etc\/ha\.d\/www' has changed on disk/);
});

scenarioByBothDrivers("what a person changed with ipvsadm stays until health changes or a reload", async (world) => {
  const { director, reals, table } = world;
  const config = `${GLOBALS}
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq 1
            real = 10.0.0.12:80 masq 1
            service = http
            scheduler = wrr
  `;
  const weights = (first: number) => `
    -A -t 192.0.2.10:80 -s wrr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w ${first}
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 1
  `;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(config);
  await table.becomes(weights(1));

  await table.changeByHand("-e -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 9");
  await table.stays(weights(9), 3);

  await table.changeByHand("-d -t 192.0.2.10:80 -r 10.0.0.12:80");
  const secondRemoved = `
    -A -t 192.0.2.10:80 -s wrr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 9
  `;
  await table.stays(secondRemoved, 3);

  await director.reload(config);
  await table.becomes(weights(1));
});

scenario("a configuration that became a pipe holds nothing up", async ({ director, reals, table }) => {
  await reals.are(["10.0.0.11"]);
  const site = (weight: number) => `
    checkinterval = 1
    quiescent = yes
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq ${weight}
            service = http
            scheduler = rr
  `;
  const up = (weight: number) => `
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w ${weight}
  `;
  await director.start(site(1));
  await table.becomes(up(1));
  await director.host.run("sh", "-c", "rm /etc/ha.d/www; mkfifo /etc/ha.d/www");
  await director.signal("SIGHUP");
  await director.logs(/The configuration is a pipe: nothing was changed/);
  await Deno.remove("/etc/ha.d/www");
  await director.reload(site(2));
  await table.becomes(up(2));
});
