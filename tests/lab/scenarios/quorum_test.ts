import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { scenario, scenarioByBothDrivers } from "../world/scenario.ts";
import { poll } from "../world/wait.ts";

const GLOBALS = `
    checktimeout = 1
    checkinterval = 1
    quiescent = no`;

const THREE = ["10.0.0.11", "10.0.0.12", "10.0.0.13"];

/** A virtual service with three real servers and these lines. */
function site(...lines: string[]): string {
  return `${GLOBALS}
    virtual = 192.0.2.10:80
${THREE.map((address) => `            real = ${address}:80 masq\n`).join("")}            service = http
            scheduler = rr
${lines.map((line) => `            ${line}\n`).join("")}`;
}

/** Its table: the weights of the three, `undefined` where one is not there, and of the fallback. */
function tableOf(weights: readonly (number | undefined)[], fallback?: string): string {
  const lines = weights.flatMap((weight, i) =>
    weight === undefined ? [] : [`-a -t 192.0.2.10:80 -r ${THREE[i]}:80 -m -w ${weight}`]
  );
  if (fallback !== undefined) lines.push(`-a -t 192.0.2.10:80 -r ${fallback}:80 -m -w 1`);
  return ["-A -t 192.0.2.10:80 -s rr", ...lines].join("\n");
}

/** Has a program write its arguments into a file; returns what it wrote so far. */
async function teller(line: string): Promise<() => Promise<string>> {
  await Deno.writeTextFile("/run/tell", `#!/bin/sh\necho "${line}" >> /run/told\n`, { mode: 0o755 });
  await Deno.remove("/run/told").catch(() => {});
  return () => Deno.readTextFile("/run/told").catch(() => "");
}

async function says(told: () => Promise<string>, ...lines: string[]): Promise<void> {
  const expected = lines.map((line) => `${line}\n`).join("");
  strictEqual(await poll(told, (text) => text === expected, 10), expected);
}

scenarioByBothDrivers(
  "quorum: the fallback takes over in place of what is left, until enough are back",
  async (world) => {
    const { director, reals, table, client } = world;
    await reals.are([...THREE, "10.0.0.14"]);
    await director.start(site("quorum = 2", "hysteresis = 1", "fallback = 10.0.0.14:80 masq"));
    await table.becomes(tableOf([1, 1, 1]));

    reals.stop("10.0.0.11");
    await table.becomes(tableOf([undefined, 1, 1]));
    reals.stop("10.0.0.12");
    await table.becomes(tableOf([undefined, undefined, 0], "10.0.0.14"));
    await client.isServedBy("192.0.2.10:80", "10.0.0.14");
    await director.logs(/192\.0\.2\.10:80 is down: the quorum is lost: serving weight 1, needed 2/);
    const { state, quorum, counts, reals: [, , third] } = (await director.status())!.virtuals[0];
    deepStrictEqual([state, quorum, counts.serving], ["fallback", { serving: 1, needed: 3, state: "down" }, 0]);
    match(third.why, /weight 0: the quorum is lost/);

    await reals.start("10.0.0.12");
    await table.becomes(tableOf([undefined, 0, 0], "10.0.0.14"));
    await director.does("stop");
    await table.becomes("");
    await director.does("start");
    await table.becomes(tableOf([undefined, 1, 1]));
    await reals.start("10.0.0.11");
    await table.becomes(tableOf([1, 1, 1]));
  },
);

scenario("quorumcommand hears of what is found, of changes, and of down before the purge", async (world) => {
  const { director, reals, table } = world;
  const told = await teller("$* $LDIRECTORD_SERVING_WEIGHT/$LDIRECTORD_NEEDED_WEIGHT $(ipvsadm -Sn | grep -c -- -r)");
  await reals.are(THREE);
  const config = site("quorum = 2", "quorumcommand = /run/tell --site a", "withdrawdelay = 1");
  await director.start(config);
  const up = (weight: number, entries: number) => `--site a up 192.0.2.10:80 tcp ${weight}/2 ${entries}`;
  await poll(told, (text) => text !== "", 10);
  match(await told(), /^--site a up 192\.0\.2\.10:80 tcp 3\/2 [03]\n$/);
  const first = (await told()).trim();
  await table.becomes(tableOf([1, 1, 1]));

  reals.stop("10.0.0.11");
  reals.stop("10.0.0.12");
  await poll(told, (text) => text.split("\n").length === 3, 10);
  match((await told()).split("\n")[1], /^--site a down 192\.0\.2\.10:80 tcp 1\/2 /);
  await table.becomes(tableOf([undefined, undefined, 1]));
  await reals.start("10.0.0.11");
  await table.becomes(tableOf([1, undefined, 1]));
  await poll(told, (text) => text.split("\n").length === 4, 10);
  strictEqual((await told()).split("\n")[2].replace(/ \d$/, ""), up(2, 0).replace(/ \d$/, ""));

  const other = config.replace("192.0.2.10:80", "192.0.2.11:80");
  await director.reload(other);
  await poll(told, (text) => text.split("\n").length === 6, 15);
  const [, , , removed, added] = (await told()).split("\n");
  strictEqual(removed, "--site a down 192.0.2.10:80 tcp 2/2 2", first);
  match(added, /^--site a up 192\.0\.2\.11:80 tcp 2\/2/);

  await director.stop();
  const last = (await told()).trim().split("\n").at(-1);
  strictEqual(last, "--site a down 192.0.2.11:80 tcp 2/2 2");
  await table.becomes("");
});

scenario("quorumcommand: a stop that leaves the table says nothing, and neither does a standby", async (world) => {
  const { director, reals, table } = world;
  const told = await teller("$1");
  await reals.are(THREE);
  await director.start(site("cleanstop = no", "quorumcommand = /run/tell"));
  await says(told, "up");
  await director.stop();
  await table.becomes(tableOf([1, 1, 1]));
  await says(told, "up");

  await Deno.remove("/run/told");
  await director.does("start");
  await says(told, "up");
  await director.tool("deactivate", "www");
  await says(told, "up", "down");
  reals.stop("10.0.0.11");
  await director.logs(/Real server 10\.0\.0\.11:80 \(192\.0\.2\.10:80\) is down/);
  await director.tool("activate", "www");
  await says(told, "up", "down", "up");
});

scenario(
  "quorumcommand: a director that is retired says down with its reason, and up when it rejoins",
  async (world) => {
    const { director, reals, table } = world;
    const told = await teller("$1 $LDIRECTORD_REASON");
    await reals.are(THREE);
    await director.start(site("quorumcommand = /run/tell"));
    const up = "up serving weight 3, needed 1";
    await says(told, up);
    strictEqual((await director.tool("retire")).code, 0);
    await says(told, up, "down the director is retired");
    await director.rereads();
    await table.becomes(tableOf([1, 1, 1]), 0);
    strictEqual((await director.tool("rejoin")).code, 0);
    await says(told, up, "down the director is retired", up);
  },
);

scenario("failopen: when too few real servers are up all of them are kept, and it is said", async (world) => {
  const { director, reals, table } = world;
  await reals.are([...THREE, "10.0.0.14"]);
  await director.start(site("failopen = 50%", "fallback = 10.0.0.14:80 masq"));
  await table.becomes(tableOf([1, 1, 1]));
  reals.stop("10.0.0.11");
  await table.becomes(tableOf([undefined, 1, 1]));
  reals.stop("10.0.0.12");
  await table.becomes(tableOf([1, 1, 1]));
  await director.logs(/Fail open: 1 of 3 real servers .* are up, less than 50%/);
  const status = (await director.status())!.virtuals[0];
  deepStrictEqual([status.failOpen, status.state], [true, "degraded"]);
  match((await director.tool("www", "status", "--long")).stdout, /! fail open/);
  reals.stop("10.0.0.13");
  await poll(async () => (await director.status())!.virtuals[0].state, (state) => state === "down", 10);
  strictEqual((await director.status())!.virtuals[0].state, "down");
  ok((await table.now()).includes("10.0.0.13:80"));

  await director.tool("disable", "10.0.0.11");
  await table.becomes(tableOf([undefined, 1, 1]));
  await director.tool("enable", "10.0.0.11");
  await reals.start("10.0.0.12");
  await reals.start("10.0.0.13");
  await table.becomes(tableOf([undefined, 1, 1]));
  await director.logs(/Fail open has ended: 2 of 3/);
});
