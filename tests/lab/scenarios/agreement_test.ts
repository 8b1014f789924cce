/** Two directors of the same configuration behind one router, with the scheduler mh: they hold the same table. */

import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { replay, transcript } from "../../transcripts.ts";
import { type Outcome, run } from "../world/command.ts";
import { BY_IPVSADM, Director, PROGRAM } from "../world/director.ts";
import type { Host } from "../world/host.ts";
import { scenario, type World } from "../world/scenario.ts";
import { poll } from "../world/wait.ts";
import { WIRE } from "../world/wire.ts";

const VIRTUAL = "192.0.2.10";
const PORT = 5000;
const REALS = ["10.0.0.11", "10.0.0.12", "10.0.0.13"];
const SECOND = "10.0.0.2";

/** Clients that send one datagram each, from ports of their own. */
const FLOWS = 600;

/** The configuration, with the status page at that address. */
const config = (page: string) => `
    checktimeout = 2
    checkinterval = 1
    quiescent = yes
    statuspage = ${page}:9780
    virtual = ${VIRTUAL}:${PORT}
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 masq
            real = 10.0.0.13:80 masq
            protocol = udp
            service = http
            scheduler = mh
            schedflags = mh-port,mh-fallback
`;

/** The same for both; the first is `www`. */
const [ONE, OTHER] = ["www", "other"];

/** A second director, which has the virtual address beside the first one and answers no ARP request for it. */
async function secondDirector(postscript?: string): Promise<Director> {
  const director = await Director.besideTheWay("second", SECOND, PROGRAM, postscript);
  const { host } = director;
  await host.run("sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.rp_filter=0");
  await host.run("ip", "addr", "add", `${VIRTUAL}/32`, "dev", "lo");
  await host.run("ip", "route", "add", "192.0.2.0/24", "dev", "eth0");
  return director;
}

async function withTwo(
  world: World,
  play: (second: Director) => Promise<void>,
  postscript?: string,
): Promise<void> {
  await world.reals.are(REALS);
  const second = await secondDirector(postscript);
  try {
    await play(second);
  } finally {
    await second.destroy();
  }
}

/** Which real server the datagrams of each client go to at a director, by the client's port. */
async function mapping(at: Host): Promise<Map<string, string>> {
  const sockets = [];
  for (let i = 0; i < FLOWS; i++) {
    const socket = createSocket("udp4").on("error", () => {});
    await new Promise<void>((done) => socket.bind(20_000 + i, "192.0.2.100", done));
    await new Promise<void>((done) => socket.send("x", PORT, VIRTUAL, () => done()));
    sockets.push(socket);
  }
  for (const socket of sockets) socket.close();
  // Pro FromIP FPrt ToIP TPrt DestIP DPrt State …
  const rows = (await at.run("cat", "/proc/net/ip_vs_conn")).split("\n").slice(1).map((line) => line.split(/\s+/));
  return new Map(rows.filter(([protocol]) => protocol === "UDP").map(([, , port, , , real]) => [port, real]));
}

/** Sends the client's datagrams to the second director; the first one has them otherwise. */
const routeToSecond = () => run(["ip", "route", "add", `${VIRTUAL}/32`, "via", SECOND, "dev", WIRE]);

/** The clients that two directors send to different real servers, and those that both have seen. */
function moved(
  one: Map<string, string>,
  other: Map<string, string>,
): { readonly moved: number; readonly seen: number } {
  const seen = [...one.keys()].filter((port) => other.has(port));
  return { moved: seen.filter((port) => one.get(port) !== other.get(port)).length, seen: seen.length };
}

/** What compare says on the second director, when that is as expected, or after some seconds. */
function compares(second: Director, code: number, pattern: RegExp): Promise<Outcome> {
  const ask = () => second.tool("compare", "--config", OTHER, "10.0.0.1:9780");
  return poll(ask, (said) => said.code === code && pattern.test(said.stdout), 20);
}

async function weightsOf(director: Director, name: string): Promise<readonly (number | null)[]> {
  const status = await director.status(name);
  return status?.virtuals[0].reals.map(({ weight }) => weight.kernel) ?? [];
}

async function becomes(director: Director, name: string, ...weights: (number | null)[]): Promise<void> {
  const reached = await poll(() => weightsOf(director, name), (seen) => seen.join() === weights.join(), 20);
  deepStrictEqual(reached, weights, name);
}

/** How the second director speaks to its table, and what its configuration has for that. */
const DRIVERS: [driver: string, postscript: string | undefined][] = [["netlink", undefined], ["ipvsadm", BY_IPVSADM]];

for (const [driver, postscript] of DRIVERS) {
  scenario(
    `a director that starts while a real server is down sends clients where the others do (${driver})`,
    (world) =>
      withTwo(world, async (second) => {
        const { director, reals } = world;
        await director.start(config("10.0.0.1"), ONE);
        await becomes(director, ONE, 1, 1, 1);
        reals.stop("10.0.0.12");
        await becomes(director, ONE, 1, 0, 1);
        await second.start(config(SECOND), OTHER);
        await becomes(second, OTHER, 1, 0, 1);

        const same = await compares(second, 0, /^same/);
        deepStrictEqual([same.code, same.stdout.split("\n")[0]], [0, "same: here and at 10.0.0.1:9780"], same.stdout);
        const one = await mapping(director.host);
        await routeToSecond();
        const other = await mapping(second.host);
        const { moved: away, seen } = moved(one, other);
        deepStrictEqual([away, seen > FLOWS * 0.9], [0, true], `${away} of ${seen} clients go elsewhere`);
        strictEqual(new Set(one.values()).size, 2, "the clients of the real server that is down go to the others");

        await reals.start("10.0.0.12");
        await becomes(director, ONE, 1, 1, 1);
        await becomes(second, OTHER, 1, 1, 1);
        strictEqual((await compares(second, 0, /^same/)).code, 0);
      }, postscript),
  );
}

scenario(
  "compare: what was done by hand, what a check says, and the configuration",
  (world) =>
    withTwo(world, async (second) => {
      const { director } = world;
      await director.start(config("10.0.0.1"), ONE);
      await second.start(config(SECOND), OTHER);
      await becomes(director, ONE, 1, 1, 1);
      await becomes(second, OTHER, 1, 1, 1);
      strictEqual((await compares(second, 0, /^same/)).code, 0);

      strictEqual((await director.tool("drain", "10.0.0.11", "--config", ONE)).code, 0);
      const drained = await compares(second, 1, /by hand/);
      match(
        drained.stdout,
        /^ {2}by hand {8}10\.0\.0\.11:80 \(192\.0\.2\.10:5000\): up here, drained .* at 10\.0\.0\.1:9780$/m,
      );
      strictEqual((await director.tool("enable", "10.0.0.11", "--config", ONE)).code, 0);
      strictEqual((await compares(second, 0, /^same/)).code, 0);

      await second.host.run("iptables-legacy", "-A", "OUTPUT", "-d", "10.0.0.13", "-j", "DROP");
      const unreached = await compares(second, 1, /health/);
      const printed = unreached.stdout.replaceAll("10.0.0.1:9780", "b.example.net:9780");
      await replay(transcript("docs/agreement.md", "# ldirectord compare"), () => Promise.resolve(printed));
      await second.host.run("iptables-legacy", "-F");
      strictEqual((await compares(second, 0, /^same/)).code, 0);

      const edit = `-e -u ${VIRTUAL}:${PORT} -r 10.0.0.11:80 -m -w 5`;
      await second.host.run("ipvsadm", ...edit.split(" "));
      const edited = await compares(second, 1, /weight 5 in the kernel/);
      match(
        edited.stdout,
        /10\.0\.0\.11:80 .*: weight 5 in the kernel's table here, weight 1 .* at 10\.0\.0\.1:9780$/m,
      );
      await second.host.run("ipvsadm", ...edit.replace("-w 5", "-w 1").split(" "));
      strictEqual((await compares(second, 0, /^same/)).code, 0);

      const removal = `-d -u ${VIRTUAL}:${PORT} -r 10.0.0.11:80`;
      await second.host.run("ipvsadm", ...removal.split(" "));
      await second.host.run("ipvsadm", ...edit.replace("-e", "-a").replace("-w 5", "-w 1").split(" "));
      const reordered = await compares(second, 1, /order/);
      match(reordered.stdout, /^ {2}order {10}192\.0\.2\.10:5000: .*another order/m);

      await second.reload(config(SECOND).replace("mh-port,mh-fallback", "mh-fallback"), OTHER);
      const flags = await compares(second, 1, /configuration {2}192/);
      match(flags.stdout, /schedflags: flag-1 here, flag-1,flag-2 at 10\.0\.0\.1:9780/);

      await Deno.writeTextFile("/run/one.json", (await director.tool(ONE, "status", "--json")).stdout);
      const file = await second.tool("compare", "--json", "--config", OTHER, "/run/one.json");
      strictEqual(file.code, 1, file.stderr);
      strictEqual(JSON.parse(file.stdout).comparisons[0].with, "in /run/one.json");
    }),
);
