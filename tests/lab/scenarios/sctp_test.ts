import { match, ok, strictEqual } from "node:assert/strict";
import { scenario, scenarioByBothDrivers } from "../world/scenario.ts";
import { poll } from "../world/wait.ts";

const FARM = `
    checktimeout = 1
    checkinterval = 1
    quiescent = no
    virtual = 192.0.2.10:3868
            real = 10.0.0.11:3868 masq
            real = 10.0.0.12:3868 masq
            protocol = sctp
            scheduler = rr
`;

const NO_SCTP = "/etc/modprobe.d/lab-no-sctp.conf";

// The first of this kernel's scenarios: the module is not loaded, and cannot be unloaded once it is in use.
scenario("sctp: without the kernel's module the check cannot be made, and doctor says what to load", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await Deno.writeTextFile(NO_SCTP, "install sctp /bin/false\n");
  await director.start(FARM);
  await table.becomes("-A --sctp-service 192.0.2.10:3868 -s rr\n");
  await director.logs(/Cannot check 10\.0\.0\.11:3868 \(192\.0\.2\.10:3868\) by connect: .*modprobe sctp/);
  match((await director.tool("doctor", "www")).stdout, /module sctp is not loaded[^]*modprobe sctp/);
  strictEqual((await director.status())?.virtuals[0].reals[0].state, "unknown");

  await Deno.remove(NO_SCTP);
  await director.host.run("modprobe", "sctp");
  await reals.answerAssociations("10.0.0.11", 3868);
  await table.becomes(`
    -A --sctp-service 192.0.2.10:3868 -s rr
    -a --sctp-service 192.0.2.10:3868 -r 10.0.0.11:3868 -m -w 1
  `);
  match((await director.tool("doctor", "www")).stdout, /the kernel has SCTP/);
});

scenarioByBothDrivers("sctp: clients reach the servers that take associations", async (world) => {
  const { director, reals, table, client } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  for (const real of ["10.0.0.11", "10.0.0.12"]) await reals.answerAssociations(real, 3868);
  await table.changeByHand("-A --sctp-service 192.0.2.10:99 -s wlc");
  const others = "-A --sctp-service 192.0.2.10:99 -s wlc";
  await director.start(FARM);
  const both = `
    ${others}
    -A --sctp-service 192.0.2.10:3868 -s rr
    -a --sctp-service 192.0.2.10:3868 -r 10.0.0.11:3868 -m -w 1
    -a --sctp-service 192.0.2.10:3868 -r 10.0.0.12:3868 -m -w 1
  `;
  await table.becomes(both);
  await client.isServedBySctp("192.0.2.10:3868", "10.0.0.11", "10.0.0.12");

  await reals.refuseAssociations("10.0.0.12");
  await director.logs(/Real server 10\.0\.0\.12:3868 \(192\.0\.2\.10:3868\) is down: connection refused/);
  await table.becomes(both.replace(/.*-r 10\.0\.0\.12.*/, ""));
  await client.isServedBySctp("192.0.2.10:3868", "10.0.0.11");

  await reals.answerAssociations("10.0.0.12", 3868);
  await table.becomes(both);
  await reals.silence("10.0.0.11");
  await director.logs(/Real server 10\.0\.0\.11:3868 \(192\.0\.2\.10:3868\) is down: no answer within/);
  await table.becomes(both.replace(/.*-r 10\.0\.0\.11.*/, ""));
  await reals.unsilence("10.0.0.11");
  await table.becomes(both);

  const counted = () => director.status().then((status) => status?.virtuals[0].kernel?.totals.connections ?? 0);
  ok(await poll(counted, (connections) => connections > 0, 10) > 0, "the kernel counts what clients open");
  await director.stop();
  await table.becomes(others);
});

scenario("sctp: direct routing and IPv6", async ({ director, reals, table, client }) => {
  await reals.are(["10.0.0.11"], "gate");
  await reals.answerAssociations("10.0.0.11", 3868);
  await director.start(`
    checktimeout = 1
    checkinterval = 1
    quiescent = no
    virtual = 192.0.2.10:3868
            real = 10.0.0.11:3868 gate
            protocol = sctp
            scheduler = rr
    virtual6 = [2001:db8:1::10]:3868
            real6 = [2001:db8:2::11]:3868 gate
            protocol = sctp
            service = http
            checkport = 80
            scheduler = rr
  `);
  await table.becomes(`
    -A --sctp-service 192.0.2.10:3868 -s rr
    -a --sctp-service 192.0.2.10:3868 -r 10.0.0.11:3868 -g -w 1
    -A --sctp-service [2001:db8:1::10]:3868 -s rr
    -a --sctp-service [2001:db8:1::10]:3868 -r [2001:db8:2::11]:3868 -g -w 1
  `);
  await client.isServedBySctp("192.0.2.10:3868", "10.0.0.11");
  await client.isServedBySctp("[2001:db8:1::10]:3868", "10.0.0.11");
});
