import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { poll } from "../world/wait.ts";
import { scenario, scenarioByBothDrivers } from "../world/scenario.ts";
import { ONLY_11_UP, SITE_UP } from "../world/site.ts";

/** Global directives by which a dead real server is soon found. */
const GLOBALS = `
    checktimeout = 1
    checkinterval = 1`;

scenarioByBothDrivers(
  "the fallback comes when the last real server goes, and goes when the first returns",
  async (world) => {
    const { director, reals, table, client } = world;
    await reals.are(["10.0.0.11", "10.0.0.12", "10.0.0.13"]);
    await director.start(`${GLOBALS}
    quiescent = no
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 masq
            fallback = 10.0.0.13:80 masq
            service = http
            scheduler = rr
  `);
    await table.becomes(SITE_UP);

    reals.stop("10.0.0.12");
    await table.becomes(ONLY_11_UP);
    reals.stop("10.0.0.11");
    await table.becomes(`
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.13:80 -m -w 1
  `);
    await client.isServedBy("192.0.2.10:80", "10.0.0.13");

    await reals.start("10.0.0.11");
    await table.becomes(ONLY_11_UP);
    await client.isServedBy("192.0.2.10:80", "10.0.0.11");
  },
);

scenario("a global fallback on the director itself, beside quiescent real servers", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11"]);
  await director.start(`${GLOBALS}
    quiescent = yes
    fallback = 127.0.0.1
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            service = http
            scheduler = rr
  `);
  await table.becomes(ONLY_11_UP);

  reals.stop("10.0.0.11");
  await table.becomes(`
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 0
    -a -t 192.0.2.10:80 -r 127.0.0.1:80 -g -w 1
  `);

  await reals.start("10.0.0.11");
  await table.becomes(ONLY_11_UP);
});

scenario("fallbackcommand is called when the last real server goes and when the first returns", async (world) => {
  const { director, reals, table } = world;
  await Deno.writeTextFile("/run/tell", `#!/bin/sh\necho "$*" >> /run/told\n`, { mode: 0o755 });
  const told = () => Deno.readTextFile("/run/told").catch(() => "");
  await reals.are(["10.0.0.11"]);
  await director.start(`${GLOBALS}
    quiescent = no
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            fallbackcommand = /run/tell
            service = http
            scheduler = rr
  `);
  await table.becomes(ONLY_11_UP);
  await Deno.remove("/run/told").catch(() => {});

  reals.stop("10.0.0.11");
  const gone = "start 192.0.2.10:80 tcp\n";
  strictEqual(await poll(told, (text) => text === gone, 10), gone);

  await reals.start("10.0.0.11");
  const back = `${gone}stop 192.0.2.10:80 tcp\n`;
  strictEqual(await poll(told, (text) => text === back, 10), back);
});

scenario("a real server of weight 0 does not serve, for whatever reason it has that weight", async (world) => {
  const { director, reals, table, client } = world;
  await reals.are(["10.0.0.11", "10.0.0.12", "10.0.0.13"]);
  await director.start(`${GLOBALS}
    quiescent = no
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq 0
            real = 10.0.0.12:80 masq
            fallback = 10.0.0.13:80 masq
            service = http
            scheduler = rr
  `);
  const both = `
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 0
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 1
  `;
  await table.becomes(both);

  const status = async () => {
    const { state, fallback, reals: [first, second] } = (await director.status())!.virtuals[0];
    return {
      state,
      fallback: fallback?.active,
      serving: [first.serving, second.serving],
      why: [first.why, second.why],
    };
  };
  const { why, ...healthy } = await status();
  deepStrictEqual(healthy, { state: "degraded", fallback: false, serving: [false, true] });
  match(why[0], /^weight 0 in the configuration/);

  const ordered = await director.tool("weight", "10.0.0.12", "0");
  match(ordered.stderr, /192\.0\.2\.10:80.*only its fallback/);
  await table.becomes(`
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 0
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 0
    -a -t 192.0.2.10:80 -r 10.0.0.13:80 -m -w 1
  `);
  await client.isServedBy("192.0.2.10:80", "10.0.0.13");
  const { why: reasons, ...without } = await status();
  deepStrictEqual(without, { state: "fallback", fallback: true, serving: [false, false] });
  match(reasons[1], /^weight 0 by the operator/);

  await director.tool("enable", "10.0.0.12");
  await table.becomes(both);
  reals.stop("10.0.0.12");
  await table.becomes(`
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 0
    -a -t 192.0.2.10:80 -r 10.0.0.13:80 -m -w 1
  `);
});

scenarioByBothDrivers(
  "a virtual service that has vanished from the kernel is put back, and what was changed by hand is left",
  async (world) => {
    const { director, reals, table, client } = world;
    await reals.are(["10.0.0.11", "10.0.0.12", "10.0.0.13"]);
    await director.start(`${GLOBALS}
    quiescent = yes
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 masq
            real = 10.0.0.13:80 masq
            service = http
            scheduler = rr
  `);
    reals.stop("10.0.0.12");
    const kept = `
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 0
    -a -t 192.0.2.10:80 -r 10.0.0.13:80 -m -w 1
  `;
    await table.becomes(kept);
    await table.stays(kept, 2);

    await table.changeByHand("-C");
    await table.becomes(kept);
    await client.isServedBy("192.0.2.10:80", "10.0.0.11", "10.0.0.13");
    match(await Deno.readTextFile("/var/log/ldirectord.log"), /vanished.*192\.0\.2\.10:80/);

    // What is changed before the director has looked at its own change counts as a change that got lost.
    await table.stays(kept, 2);
    await table.changeByHand("-e -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 0");
    await table.changeByHand("-d -t 192.0.2.10:80 -r 10.0.0.13:80");
    const serving = async () => {
      const { table: { inStep }, virtuals } = (await director.status())!;
      return [inStep, ...virtuals[0].reals.map(({ serving }) => serving)];
    };
    deepStrictEqual(await poll(serving, ([, first]) => first === false, 10), [true, false, false, false]);
    await table.becomes(`
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 0
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 0
  `);
  },
);

scenario("checktype = 2: a server that answers errors is out until it answers well", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(`${GLOBALS}
    quiescent = no
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 masq
            service = http
            checktype = 2
            scheduler = rr
  `);
  await table.becomes(SITE_UP);
  await reals.sicken("10.0.0.12");
  await table.becomes(ONLY_11_UP);
  const rounds = async () => (await director.status())!.virtuals[0].reals[1].checks[0].failures;
  // More rounds than stand between two negotiates, none of which may pass.
  const failures = await poll(rounds, (count) => count >= 6, 30);
  strictEqual(failures >= 6, true, `${failures} failed rounds in a row`);
  await table.becomes(ONLY_11_UP);
  await reals.heal("10.0.0.12");
  await table.becomes(SITE_UP);
});
