import { ok, strictEqual } from "node:assert/strict";
import type { SentinelStatus } from "../../../src/control/status.ts";
import { startDovecot } from "../../checkers/mail_servers.ts";
import { startPostgres } from "../../checkers/pgsql_server.ts";
import type { Director } from "../world/director.ts";
import { scenario } from "../world/scenario.ts";
import { ONLY_11_UP, SITE_UP } from "../world/site.ts";
import { poll, sleep } from "../world/wait.ts";

const [R11, R12] = ["10.0.0.11", "10.0.0.12"];

/** Real servers of a web site that are checked once an hour. */
const HOURLY = `
    checktimeout = 2
    checkinterval = 3600
    quiescent = no
    sentinel = yes
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 masq
            service = http
            request = "areyouthere.php"
            receive = "OK"
            scheduler = rr
`;

/** What the sentinels of all real servers are doing, and how often each was checked. */
async function statusOf(director: Director): Promise<{ readonly sentinel: SentinelStatus; readonly rounds: number }[]> {
  const { virtuals = [] } = await director.status() ?? {};
  return virtuals.flatMap(({ reals }) => reals).flatMap(({ sentinel, checks: [{ rounds }] }) =>
    sentinel ? [{ sentinel, rounds }] : []
  );
}

/** Waits until so many sentinels have open connections. */
async function sentinelsAreOpen(director: Director, count: number): Promise<void> {
  const open = async () => (await statusOf(director)).filter(({ sentinel }) => sentinel.state === "open").length;
  strictEqual(await poll(open, (found) => found === count, 20), count);
}

scenario("sentinel: a killed web server is out at once although it is checked once an hour", async (world) => {
  const { director, reals, table } = world;
  await reals.are([R11, R12]);
  await director.start(HOURLY);
  await table.becomes(SITE_UP);
  await sentinelsAreOpen(director, 2);
  const listing = (await director.tool("www", "status", "--long")).stdout;
  ok(listing.includes("SENTINEL"), listing);
  reals.stop(R12);
  await table.becomes(ONLY_11_UP, 10);
  const [, { sentinel, rounds }] = await statusOf(director);
  strictEqual(sentinel.state, "waiting", JSON.stringify(sentinel));
  strictEqual(rounds, 2);
  // Orders: one that is held out has none, and a reload keeps the others.
  strictEqual((await director.tool("drain", R11)).code, 0);
  strictEqual((await statusOf(director)).length, 1);
  strictEqual((await director.tool("enable", R11)).code, 0);
  await sentinelsAreOpen(director, 1);
  const [before] = await statusOf(director);
  await director.reload(HOURLY.replace("rr\n", "wrr\n"));
  const [after] = await statusOf(director);
  strictEqual(after.sentinel.opened, before.sentinel.opened);
  await director.stop();
  strictEqual(await director.host.run("ss", "-Htn", "state", "established"), "");
});

scenario("sentinel: an unplugged real server is out, although it is checked once an hour", async (world) => {
  const { director, reals, table } = world;
  await reals.are([R11, R12]);
  await director.start(HOURLY);
  await table.becomes(SITE_UP);
  await sentinelsAreOpen(director, 2);
  await reals.types(R12, "ip link set eth0 down");
  await table.becomes(ONLY_11_UP, 25);
});

scenario("sentinel: a web server that ends a worker, or is restarted, is not taken out", async (world) => {
  const { director, reals, table } = world;
  await reals.are([R11, R12]);
  // One with a master process, which keeps its port open while it starts another worker.
  reals.stop(R12);
  await reals.types(R12, `sed -i 's/master_process off;//' /run/lab/${R12}.conf`);
  await reals.start(R12);
  await director.start(HOURLY.replace("quiescent", "failurecount = 3\n    retryinterval = 2\n    quiescent"));
  await table.becomes(SITE_UP);
  await sentinelsAreOpen(director, 2);
  for (const end of ["KILL", "TERM"]) {
    const [, { rounds }] = await statusOf(director);
    await reals.types(R12, `pkill -${end} -P $(cat /run/lab/${R12}.pid)`);
    const checked = async () => (await statusOf(director))[1].rounds;
    ok(await poll(checked, (count) => count > rounds, 10) > rounds, "not checked");
    await sentinelsAreOpen(director, 2);
    strictEqual(await table.now(), SITE_UP.split("\n").map((row) => row.trim()).filter(Boolean).join("\n"));
  }
  reals.stop(R11);
  await reals.start(R11);
  await sentinelsAreOpen(director, 2);
  await table.stays(SITE_UP, 5);
});

scenario(
  "sentinel: a server that closes idle connections costs few checks, and is watched all the same",
  async (world) => {
    const { director, reals, table } = world;
    await reals.are([R11, R12]);
    reals.stop(R12);
    await reals.types(
      R12,
      `sed -i 's/keepalive_timeout 0;/keepalive_timeout 0; client_header_timeout 4s;/' /run/lab/${R12}.conf`,
    );
    await reals.start(R12);
    await director.start(HOURLY);
    await table.becomes(SITE_UP);
    await sentinelsAreOpen(director, 2);
    const learnt = async () => (await statusOf(director))[1].sentinel.limitSeconds !== null;
    ok(await poll(learnt, Boolean, 20), "its limit was not learnt");
    await sleep(15_000);
    const [, { rounds, sentinel }] = await statusOf(director);
    ok(rounds <= 4, `${rounds} rounds`);
    ok(sentinel.opened >= 4, `opened ${sentinel.opened} times`);
    await sentinelsAreOpen(director, 2);
    reals.stop(R12);
    await table.becomes(ONLY_11_UP, 10);
  },
);

scenario("sentinel: a frozen server still has its kernel answer: only its check finds it", async (world) => {
  const { director, reals, table } = world;
  await reals.are([R11, R12]);
  await director.start(HOURLY);
  await table.becomes(SITE_UP);
  await sentinelsAreOpen(director, 2);
  reals.stall(R12);
  await table.stays(SITE_UP, 6);
  await director.reload(HOURLY.replace("3600", "1"));
  await table.becomes(ONLY_11_UP, 20);
  reals.resume(R12);
  await table.becomes(SITE_UP);
});

scenario("sentinel: a killed PostgreSQL and a killed Dovecot are out at once; MariaDB is refused", async (world) => {
  const { director, reals, table } = world;
  await reals.are([R11]);
  const site = { v4: R11, v6: "2001:db8:2::11", namespace: "r11" };
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o755);
  for (const name of ["pgsql", "mail"]) await Deno.mkdir(`${folder}/${name}`);
  await using _database = await startPostgres(`${folder}/pgsql`, 5432, site);
  await using _mail = await startDovecot(
    `${folder}/mail`,
    { imap: 143, imaps: 993, pop: 110, pops: 995 } as Parameters<typeof startDovecot>[1],
    site,
  );
  const config = `
    negotiatetimeout = 8
    checkinterval = 3600
    quiescent = no
    sentinel = yes
    virtual = 192.0.2.10:5432
            real = 10.0.0.11:5432 masq
            service = pgsql
            login = "trusted"
            database = "shop"
            request = "SELECT 1"
            scheduler = rr
    virtual = 192.0.2.10:143
            real = 10.0.0.11:143 masq
            service = imap
            scheduler = rr
  `;
  const heads = "-A -t 192.0.2.10:143 -s rr\n-A -t 192.0.2.10:5432 -s rr";
  const mail = "-a -t 192.0.2.10:143 -r 10.0.0.11:143 -m -w 1";
  await director.start(config);
  await table.becomes(`${heads}\n${mail}\n-a -t 192.0.2.10:5432 -r 10.0.0.11:5432 -m -w 1`, 60);
  await sentinelsAreOpen(director, 2);
  await reals.types(R11, "pkill -KILL -x postgres");
  await table.becomes(`${heads}\n${mail}`, 15);
  // The master process first: it would start another imap-login, which answers the check and outlives the master.
  await reals.types(R11, "pkill -KILL -x dovecot; pkill -KILL -x imap-login");
  await table.becomes(heads, 15);

  await director.configure(`${config}
    virtual = 192.0.2.10:3306
            real = 10.0.0.11:3306 masq
            service = mysql
            login = "trusted"
            request = "SELECT 1"
  `);
  const { code, stdout, stderr } = await director.tool("check", "www");
  strictEqual(code, 2, stdout + stderr);
  ok(/sentinel is not for service mysql/.test(stdout), stdout + stderr);
});
