import { scenario, scenarioByBothDrivers } from "../world/scenario.ts";

const SITE = `
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq 1
            real = 10.0.0.12:80 masq 2
            service = http
            request = "index.html"
            receive = "10\\.0\\.0"
            scheduler = wrr
`;

const ALL_UP = `
  -A -t 192.0.2.10:80 -s wrr
  -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1
  -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 2
`;

const FIRST_GONE = `
  -A -t 192.0.2.10:80 -s wrr
  -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 2
`;

const FIRST_QUIESCENT = `
  -A -t 192.0.2.10:80 -s wrr
  -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 0
  -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 2
`;

scenarioByBothDrivers("quiescent=no: a dead real server leaves the table, and returns when it lives", async (world) => {
  const { director, reals, table, client } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(`
    checktimeout = 1
    checkinterval = 1
    quiescent = no
${SITE}`);
  await table.becomes(ALL_UP);
  await client.isServedBy("192.0.2.10:80", "10.0.0.11", "10.0.0.12");

  reals.stop("10.0.0.11");
  await table.becomes(FIRST_GONE);
  await client.isServedBy("192.0.2.10:80", "10.0.0.12");

  await reals.start("10.0.0.11");
  await table.becomes(ALL_UP);
  await client.isServedBy("192.0.2.10:80", "10.0.0.11", "10.0.0.12");
});

scenarioByBothDrivers(
  "quiescent=yes: refused, 503, stalled and silent each bring a real server to weight 0",
  async (world) => {
    const { director, reals, table, client } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.start(`
    negotiatetimeout = 1
    checkinterval = 1
    quiescent = yes
${SITE}`);
    await table.becomes(ALL_UP);

    reals.stop("10.0.0.11");
    await table.becomes(FIRST_QUIESCENT);
    await client.isServedBy("192.0.2.10:80", "10.0.0.12");
    await reals.start("10.0.0.11");
    await table.becomes(ALL_UP);

    await reals.sicken("10.0.0.11");
    await table.becomes(FIRST_QUIESCENT);
    await reals.heal("10.0.0.11");
    await table.becomes(ALL_UP);

    reals.stall("10.0.0.11");
    await table.becomes(FIRST_QUIESCENT);
    reals.resume("10.0.0.11");
    await table.becomes(ALL_UP);

    await reals.silence("10.0.0.11");
    await table.becomes(FIRST_QUIESCENT);
    await reals.unsilence("10.0.0.11");
    await table.becomes(ALL_UP);
  },
);

scenario("a real server is out when its firewall refuses checks, in whatever way", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(`
    checktimeout = 2
    checkinterval = 1
    quiescent = yes
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 masq
            scheduler = rr
    virtual6 = [2001:db8:1::10]:80
            real6 = [2001:db8:2::11]:80 masq
            real6 = [2001:db8:2::12]:80 masq
            scheduler = rr
  `);
  const weights = (first: number) => `
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w ${first}
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 1
    -A -t [2001:db8:1::10]:80 -s rr
    -a -t [2001:db8:1::10]:80 -r [2001:db8:2::11]:80 -m -w ${first}
    -a -t [2001:db8:1::10]:80 -r [2001:db8:2::12]:80 -m -w 1
  `;
  await table.becomes(weights(1));
  await reals.prohibit("10.0.0.11");
  await table.becomes(weights(0));
  await reals.unsilence("10.0.0.11");
  await table.becomes(weights(1));
});

scenario("failurecount=3: two failed rounds are forgiven, the third is not", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(`
    checktimeout = 1
    checkinterval = 2
    failurecount = 3
    quiescent = no
${SITE}`);
  await table.becomes(ALL_UP);

  reals.stop("10.0.0.11");
  await table.stays(ALL_UP, 3);
  await table.becomes(FIRST_GONE);
});

scenario("maintenancedir: a file named after a real server takes it out until the file is gone", async (world) => {
  const { director, reals, table } = world;
  await Deno.mkdir("/run/maintenance", { recursive: true });
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(`
    checktimeout = 1
    checkinterval = 1
    quiescent = yes
    failurecount = 100
    maintenancedir = /run/maintenance
${SITE}`);
  await table.becomes(ALL_UP);

  await Deno.writeTextFile("/run/maintenance/10.0.0.11:80", "");
  await table.becomes(FIRST_QUIESCENT);
  await Deno.remove("/run/maintenance/10.0.0.11:80");
  await table.becomes(ALL_UP);

  await Deno.writeTextFile("/run/maintenance/10.0.0.11", "");
  await table.becomes(FIRST_QUIESCENT);
  await Deno.remove("/run/maintenance/10.0.0.11");
  await table.becomes(ALL_UP);
});
