import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { GATEWAY } from "../world/addresses.ts";
import { run } from "../world/command.ts";
import type { Director } from "../world/director.ts";
import { scenario } from "../world/scenario.ts";
import { GLOBALS } from "../world/site.ts";
import { poll } from "../world/wait.ts";

const ADDRESS = "198.51.100.10";
const ADDRESS_6 = "2001:db8:100::10";
/** The addresses that a route of ours makes the host's own. */
async function routesOf(director: Director): Promise<readonly string[]> {
  const shown = await Promise.all(
    ["-4", "-6"].map((family) => director.host.run("ip", family, "route", "show", "table", "local", "proto", "108")),
  );
  return Array.from(shown.join("\n").matchAll(/^local (\S+)/gm), ([, address]) => address).sort();
}

/** An address that an operator has put there. */
const FOREIGN = "203.0.113.9";
const PLACE = "interface:dummy0";

const section = (endpoint: string, announce: string, real = "10.0.0.11:80", more = "") => `
    virtual = ${endpoint}
            real = ${real} masq
            service = http
            scheduler = rr
            announce = ${announce}
            ${more}`;

const both = (place: string) =>
  `${GLOBALS}${section(`${ADDRESS}:80`, place)}
    virtual6 = [${ADDRESS_6}]:80
            real6 = [fd00::b]:80 masq
            checktype = off
            scheduler = rr
            announce = ${place}
`;

async function addressesOf(director: Director): Promise<readonly string[]> {
  const outcome = await director.host.outcomeOf("ip", "-o", "address", "show", "dev", "dummy0", "scope", "global");
  return Array.from(outcome.stdout.matchAll(/inet6? (\S+)\/(?:32|128) /g), ([, address]) => address).sort();
}

async function hasAddresses(director: Director, ...wanted: readonly string[]): Promise<void> {
  const expected = [...wanted].sort();
  const found = await poll(() => addressesOf(director), (each) => each.join() === expected.join(), 15);
  deepStrictEqual(found, expected);
}

async function makeDummy(director: Director): Promise<void> {
  await director.host.run("ip", "link", "add", "dummy0", "type", "dummy");
  await director.host.run("ip", "link", "set", "dummy0", "up");
}

async function announceOf(director: Director, virtual = `${ADDRESS}:80`) {
  return (await director.status())?.virtuals.find((each) => each.virtual === virtual)?.announce;
}

scenario(
  "announce: an interface has an address while its quorum serves, and nothing else is touched",
  async (world) => {
    const { director, reals, table } = world;
    await reals.are(["10.0.0.11"]);
    await director.start(both(PLACE));
    await director.logs(/Cannot announce as wanted \(interface:dummy0\): there is no interface dummy0/);
    match((await announceOf(director))?.trouble ?? "", /no interface dummy0/);
    const plugin = await director.tool("check-pulse", "--table", "www");
    strictEqual(plugin.code, 2);
    match(plugin.stdout, /^CRITICAL: .*no interface dummy0/);

    await makeDummy(director);
    await director.host.run("ip", "address", "add", `${FOREIGN}/32`, "dev", "dummy0");
    await hasAddresses(director, FOREIGN, ADDRESS, ADDRESS_6);
    await director.logs(/interface:dummy0 is as it should be again/);
    const { announced, trouble } = (await announceOf(director))!;
    deepStrictEqual([announced, trouble], [true, null]);

    reals.stop("10.0.0.11");
    await hasAddresses(director, FOREIGN, ADDRESS_6);
    deepStrictEqual(await routesOf(director), [ADDRESS, ADDRESS_6], "announced or not, the address is the host's own");
    await director.logs(/Withdrew 198\.51\.100\.10 \(interface:dummy0\): 198\.51\.100\.10:80 is down/);
    match((await director.tool("www", "status", "--long")).stdout, /not announced \(interface:dummy0\)/);
    await reals.start("10.0.0.11");
    await hasAddresses(director, FOREIGN, ADDRESS, ADDRESS_6);

    await director.host.run("ip", "address", "del", `${ADDRESS}/32`, "dev", "dummy0");
    await hasAddresses(director, FOREIGN, ADDRESS, ADDRESS_6);
    await director.logs(/198\.51\.100\.10 was gone from interface:dummy0, and is announced again/);

    await director.host.run("ip", "link", "del", "dummy0");
    await makeDummy(director);
    await hasAddresses(director, ADDRESS, ADDRESS_6);

    await director.stop();
    await hasAddresses(director);
    deepStrictEqual(await routesOf(director), []);
    await table.becomes("", 0);
  },
);

scenario("announce: nothing flaps when the daemon is killed, and what it left is found again", async (world) => {
  const { director, reals } = world;
  await makeDummy(director);
  await reals.are(["10.0.0.11"]);
  await director.start(both(PLACE));
  await hasAddresses(director, ADDRESS, ADDRESS_6);
  const changes = "/run/address-changes";
  director.host.start("sh", "-c", `exec ip -o monitor address dev dummy0 >${changes}`);
  await director.crash();
  await director.does("start");
  await hasAddresses(director, ADDRESS, ADDRESS_6);
  strictEqual((await announceOf(director))?.announced, true);
  await director.rereads();
  strictEqual(await Deno.readTextFile(changes), "");

  // Another configuration: what the one before has announced is withdrawn, though the daemon was killed.
  await director.crash();
  await director.host.run("ip", "address", "add", `${FOREIGN}/32`, "dev", "dummy0");
  await director.start(`${GLOBALS}${section("198.51.100.20:80", PLACE)}\n`);
  await hasAddresses(director, FOREIGN, "198.51.100.20");
  deepStrictEqual(await routesOf(director), ["198.51.100.20"]);
  await director.does("stop");
  await hasAddresses(director, FOREIGN);
});

scenario("announce: virtual services of one address decide together, by reload", async (world) => {
  const { director, reals } = world;
  await makeDummy(director);
  await reals.are(["10.0.0.11"]);
  const [web, dead] = [section(`${ADDRESS}:80`, PLACE), section(`${ADDRESS}:81`, PLACE, "10.0.0.12:80")];
  await director.start(`${GLOBALS}${web}\n`);
  await hasAddresses(director, ADDRESS);
  await director.reload(`${GLOBALS}${web}${dead}\n`);
  await hasAddresses(director);
  await director.reload(`${GLOBALS}\n    announcewhen = any${web}${dead}\n`);
  await hasAddresses(director, ADDRESS);
  // One of two is removed: its address stays for the other.
  await director.rereads();
  await director.reload(`${GLOBALS}${web}\n`);
  await hasAddresses(director, ADDRESS);
  strictEqual((await director.tool("deactivate", "www")).code, 0);
  await hasAddresses(director);
  strictEqual((await director.tool("activate", "www")).code, 0);
  await hasAddresses(director, ADDRESS);
});

scenario("retire: nothing is announced, connections go on, and it holds over a restart until rejoin", async (world) => {
  const { director, reals, table, client } = world;
  await makeDummy(director);
  await reals.are(["10.0.0.11"]);
  const config = `${GLOBALS}${section(`${ADDRESS}:80`, PLACE, "10.0.0.11:80", "cleanstop = no")}\n`;
  await director.start(config);
  await hasAddresses(director, ADDRESS);
  await run(["ip", "route", "add", ADDRESS, "via", GATEWAY.v4]);
  const idle = await Deno.connect({ hostname: ADDRESS, port: 80 });
  const vain = await director.tool("retire", "--wait", "--timeout", "12s");
  strictEqual(vain.code, 1);
  match(vain.stdout, /1 connections open, no packet for \d+s/);
  idle.close();
  const { code, stdout } = await director.tool("retire", "--wait", "--timeout", "20s");
  match(stdout, /no connection is open any more/);
  strictEqual(code, 0);
  deepStrictEqual(await addressesOf(director), []);
  deepStrictEqual(await routesOf(director), [ADDRESS]);
  // A client is served that still comes, as its router has not heard of it yet.
  await client.isServedBy(`${ADDRESS}:80`, "10.0.0.11");
  const full = `-A -t ${ADDRESS}:80 -s rr\n-a -t ${ADDRESS}:80 -r 10.0.0.11:80 -m -w 1`;
  await table.becomes(full, 0);
  strictEqual((await director.status())?.daemon.retired?.connections, 0);
  match((await director.tool("www", "status", "--long")).stdout, /retired for .*rejoin/);

  await director.does("restart");
  match((await announceOf(director))?.why ?? "", /retired/);
  deepStrictEqual(await addressesOf(director), []);
  strictEqual((await director.tool("rejoin")).code, 0);
  await hasAddresses(director, ADDRESS);
  strictEqual((await director.status())?.daemon.retired, null);
  await table.becomes(full, 0);
});

const BIRD = `
router id 192.0.2.10;
protocol device {}
include "/run/bird/announced.conf";
`;

scenario("announce: BIRD reads a file of routes, and that it is gone is said", async (world) => {
  const { director, reals, client } = world;
  const socket = "/run/bird/director.ctl";
  await Deno.mkdir("/run/bird", { recursive: true });
  for (const [path, text] of [["bird.conf", BIRD], ["announced.conf", ""]]) {
    await Deno.writeTextFile(`/run/bird/${path}`, text);
  }
  const startBird = () =>
    director.host.start("bird", "-f", "-c", "/run/bird/bird.conf", "-s", socket, "-P", "/run/bird/bird.pid");
  const routes = async () => {
    const { stdout } = await director.host.outcomeOf("birdc", "-s", socket, "show", "route");
    return Array.from(stdout.matchAll(/^(\S+)\/(?:32|128) /gm), ([, address]) => address).sort();
  };
  const hasRoutes = async (...wanted: readonly string[]) => {
    deepStrictEqual(await poll(routes, (each) => each.join() === wanted.join(), 20), wanted);
  };
  startBird();
  await reals.are(["10.0.0.11"]);
  await director.start(both(`birdfile:/run/bird/announced.conf ${socket}`));
  await hasRoutes(ADDRESS, ADDRESS_6);
  deepStrictEqual(await routesOf(director), [ADDRESS, ADDRESS_6]);
  await run(["ip", "route", "add", ADDRESS, "via", GATEWAY.v4]);
  await client.isServedBy(`${ADDRESS}:80`, "10.0.0.11");
  reals.stop("10.0.0.11");
  await hasRoutes(ADDRESS_6);
  await reals.start("10.0.0.11");
  await hasRoutes(ADDRESS, ADDRESS_6);

  await director.host.run("sh", "-c", "kill -9 $(cat /run/bird/bird.pid)");
  const troubleOf = async () => (await announceOf(director))?.trouble ?? "";
  match(await poll(troubleOf, (trouble) => trouble !== "", 20), /BIRD does not answer/);
  startBird();
  strictEqual(await poll(troubleOf, (trouble) => trouble === "", 20), "");
  await hasRoutes(ADDRESS, ADDRESS_6);

  // The file is emptied by hand.
  await Deno.writeTextFile("/run/bird/announced.conf", "");
  await director.logs(/198\.51\.100\.10 was gone from birdfile:\/run\/bird\/announced\.conf/);
  await hasRoutes(ADDRESS, ADDRESS_6);
  await director.stop();
  await hasRoutes();
});
