import { deepStrictEqual, doesNotMatch, match, notStrictEqual, strictEqual } from "node:assert/strict";
import { run } from "../world/command.ts";
import { PROGRAM } from "../world/director.ts";
import { scenario } from "../world/scenario.ts";
import { QUIESCENT_SITE as SITE, SITE_UP } from "../world/site.ts";
import { poll } from "../world/wait.ts";

scenario("kill -9 and start again: the table is adopted, and no request fails", async (world) => {
  const { director, reals, table, client } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(SITE);
  await table.becomes(SITE_UP);
  const load = client.startLoad("192.0.2.10:80");

  await director.crash();
  await table.stays(SITE_UP, 1);
  strictEqual((await director.try("status")).code, 1, "status with a stale pid file");
  await director.does("start");
  await table.stays(SITE_UP, 4);

  await load.endsWithoutFailure();
  reals.stop("10.0.0.11");
  await table.becomes(SITE_UP.replace("10.0.0.11:80 -m -w 1", "10.0.0.11:80 -m -w 0"));
});

scenario(
  "stopped for longer than its timeouts, the director takes no real server out when it goes on",
  async (world) => {
    const { director, reals, table } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.start(SITE);
    await table.becomes(SITE_UP);

    await director.signal("SIGSTOP");
    await table.stays(SITE_UP, 5);
    await director.signal("SIGCONT");
    await table.stays(SITE_UP, 3);
    doesNotMatch(await director.log(), /is down/);

    reals.stop("10.0.0.12");
    await table.becomes(SITE_UP.replace("10.0.0.12:80 -m -w 1", "10.0.0.12:80 -m -w 0"));
  },
);

scenario("a start says which virtual service the kernel refuses, and serves the others", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  const refused = SITE.replace("192.0.2.10", "192.0.2.20").replace("scheduler = rr", "scheduler = nosuch");
  await director.configure(`${SITE}${refused.slice(refused.indexOf("    virtual"))}`);
  const { code, stderr } = await director.try("start");
  strictEqual(code, 0);
  match(stderr, /Refused: add virtual server 192\.0\.2\.20:80: .*line \d+ of the configuration/);
  await table.becomes(SITE_UP);
});

scenario("a lock that is held by no director keeps a start from passing for one, and is named", async (world) => {
  const { director, table } = world;
  await director.configure(SITE);
  await Deno.writeTextFile("/run/ldirectord.www.lock", "", { mode: 0o600 });
  director.host.start("flock", "/run/ldirectord.www.lock", "sleep", "60");
  await poll(
    () => director.host.outcomeOf("flock", "--nonblock", "/run/ldirectord.www.lock", "true"),
    ({ code }) => code !== 0,
    10,
  );
  const { code, stderr } = await director.try("start");
  strictEqual(code, 1);
  match(stderr, /\/run\/ldirectord\.www\.lock is locked by process \d+ \(flock\)/);
  strictEqual(await table.now(), "");
});

scenario("after a crash, no other account can keep the director from starting again", async (world) => {
  const { director } = world;
  await director.start(SITE);
  await director.crash();
  for (const name of ["pid", "lock"]) {
    director.host.start(
      "setpriv",
      "--reuid=nobody",
      "--clear-groups",
      "flock",
      `/run/ldirectord.www.${name}`,
      "sleep",
      "60",
    );
  }
  await poll(() => director.host.outcomeOf("pgrep", "-u", "nobody", "sleep"), ({ code }) => code === 0, 10);
  await director.does("start");
  notStrictEqual(await director.pid(), undefined);
});

scenario("a lock that is held for the time of the start is free after it", async ({ director }) => {
  await director.configure(SITE);
  await director.host.run("flock", "--nonblock", "/run/guard", PROGRAM, "www", "start");
  strictEqual((await director.try("status")).code, 0);
  strictEqual((await director.host.outcomeOf("flock", "--nonblock", "/run/guard", "true")).code, 0);
});

scenario(
  "a start while another one's stop goes on waits for its end, and starts",
  async ({ director, reals, table }) => {
    await Deno.writeTextFile("/run/hook", "#!/bin/sh\n[ $1 = start ] || sleep 10\n", { mode: 0o755 });
    await director.start(SITE.replace("    quiescent", "    fallbackcommand = /run/hook\n    quiescent"));
    await director.logs(/No real server is up/);
    const first = await director.pid();
    const stopped = director.try("stop");
    const state = async () => (await director.status())?.daemon.state;
    strictEqual(await poll(state, (now) => now === "stopping", 10), "stopping");
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.does("start");
    strictEqual((await stopped).code, 0);
    notStrictEqual(await director.pid(), first);
    strictEqual((await director.try("status")).code, 0);
    await table.becomes(SITE_UP);
  },
);

scenario("start purges what an earlier run left in its virtuals, and touches no others", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await table.changeByHand("-A -t 192.0.2.10:80 -s wlc");
  await table.changeByHand("-a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 1");
  await table.changeByHand("-a -t 192.0.2.10:80 -r 10.0.0.99:80 -m -w 1");
  await table.changeByHand("-A -t 192.0.2.20:80 -s wlc");
  await table.changeByHand("-a -t 192.0.2.20:80 -r 10.0.0.99:80 -m -w 3");
  const foreign = `
    -A -t 192.0.2.20:80 -s wlc
    -a -t 192.0.2.20:80 -r 10.0.0.99:80 -m -w 3
  `;
  await director.start(SITE);
  await table.becomes(SITE_UP + foreign);
  await director.logs(/Purged real server \(start\): 10\.0\.0\.99:80/);
  await director.stop();
  await table.becomes(foreign);
});

scenario("two instances with different configurations, side by side", async ({ director, reals, table }) => {
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  const shop = `
    -A -t 192.0.2.20:80 -s wrr
    -a -t 192.0.2.20:80 -r 10.0.0.12:80 -m -w 5
  `;
  await director.start(SITE);
  await director.start(
    `
    checkinterval = 1
    quiescent = no
    virtual = 192.0.2.20:80
            real = 10.0.0.12:80 masq 5
            service = http
    `,
    "shop",
  );
  await table.becomes(SITE_UP + shop);

  await director.stop();
  await table.becomes(shop);
  strictEqual((await director.try("status", "shop")).code, 0, "the other instance runs on");
  await director.stop("shop");
  await table.becomes("");
});

scenario("cleanstop: per virtual, what stop leaves and what it purges", async ({ director, reals, table }) => {
  await reals.are(["10.0.0.11"]);
  await director.start(`
    checkinterval = 1
    quiescent = no
    cleanstop = no
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            service = http
            scheduler = rr
    virtual = 192.0.2.20:80
            real = 10.0.0.11:80 masq
            service = http
            scheduler = rr
            cleanstop = yes
  `);
  const first = `
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1
  `;
  await table.becomes(`${first}
    -A -t 192.0.2.20:80 -s rr
    -a -t 192.0.2.20:80 -r 10.0.0.11:80 -m -w 1
  `);
  await director.stop();
  await table.becomes(first);
});

scenario("every verb, on a stopped and on a running director", async ({ director, reals, table }) => {
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.configure(SITE);
  for (const [verb, code] of [["status", 3], ["stop", 0], ["reload", 1], ["try-restart", 0]] as const) {
    strictEqual((await director.try(verb)).code, code, `${verb} of a stopped director`);
  }
  match((await director.try("status")).stdout, /^ldirectord is stopped for \/etc\/ha\.d\/www$/m);
  match((await director.try("reload")).stderr, /^ldirectord is stopped for \/etc\/ha\.d\/www$/m);
  for (const verb of ["stop", "reload", "status"]) {
    match(
      (await director.try(verb, "www.cf")).stderr,
      /^Config file www\.cf not found in .*; did you mean www\?$/m,
      verb,
    );
  }

  await director.does("start");
  match(await table.now(), /^-A -t 192\.0\.2\.10:80 -s rr$/m, "the table when start returns");
  const pid = await director.pid();
  match(
    (await director.try("status")).stderr,
    new RegExp(`^ldirectord for /etc/ha\\.d/www is running with pid: ${pid}$`, "m"),
  );
  await director.does("start");
  await director.does("reload");
  strictEqual(await director.pid(), pid, "start and reload leave the running one alone");

  await director.does("try-restart");
  await table.becomes(SITE_UP);
  await director.stop();
  await table.becomes("");
});

scenario("execute: a configuration brings further ones along, and takes them away again", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.configure(
    `
    checkinterval = 1
    quiescent = no
    virtual = 192.0.2.20:80
            real = 10.0.0.12:80 masq 5
            service = http
    `,
    "shop",
  );
  await director.start(`
    execute = shop
    ${SITE.trimStart()}`);
  await table.becomes(`${SITE_UP}
    -A -t 192.0.2.20:80 -s wrr
    -a -t 192.0.2.20:80 -r 10.0.0.12:80 -m -w 5
  `);

  await director.configure(
    `
    supervised = yes
    virtual = 192.0.2.20:8080
            real = 10.0.0.12:8080 masq
            service = http
            checktype = on
    `,
    "foreground",
  );
  const both = `execute = shop\n    execute = foreground\n    ${SITE.trimStart()}`;
  await director.reload(`\n    ${both}`);
  await table.becomes(`${SITE_UP}
    -A -t 192.0.2.20:80 -s wrr
    -a -t 192.0.2.20:80 -r 10.0.0.12:80 -m -w 5
    -A -t 192.0.2.20:8080 -s wrr
    -a -t 192.0.2.20:8080 -r 10.0.0.12:8080 -m -w 1
  `);
  await director.reload(`\n    ${both.replace("execute = foreground\n    ", "")}`);
  await table.becomes(`${SITE_UP}
    -A -t 192.0.2.20:80 -s wrr
    -a -t 192.0.2.20:80 -r 10.0.0.12:80 -m -w 5
  `);

  await run(["cp", PROGRAM, `${PROGRAM}.new`]);
  await run(["mv", `${PROGRAM}.new`, PROGRAM]);
  await director.stop();
  strictEqual((await director.try("status", "shop")).code, 3, "stopped by a director with an upgraded program");
  await table.becomes("");
});

scenario("supervised=yes: in the foreground, with its log on standard output, until TERM", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.configure(`
    supervised = yes
    ${SITE.trimStart()}`);
  director.startInForeground("/run/supervised.out");
  await table.becomes(SITE_UP);
  const line = /^\[[^|\]]+\] Added virtual server: 192\.0\.2\.10:80$/m;
  match(await poll(() => Deno.readTextFile("/run/supervised.out"), (output) => line.test(output), 5), line);

  await director.signal("SIGTERM");
  await director.isGone();
  await table.becomes("");
});

scenario(
  "the pulse: beats while checks are made, is missed when they are not, and goes with a clean stop",
  async (world) => {
    const { director, reals, table } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    const pulse = () => director.tool("check-pulse", "www", "-w", "4", "-c", "60");
    const becomes = async (code: number) =>
      strictEqual((await poll(pulse, (outcome) => outcome.code === code, 15)).code, code);
    strictEqual((await pulse()).code, 2, "no daemon, no pulse");

    await director.start(SITE);
    await table.becomes(SITE_UP);
    const regular =
      /^OK: ldirectord pulse is regular \(\d+ seconds? since last beat\) \| age=\d+s;4;60;0 .*checks=\d+c$/m;
    match((await poll(pulse, ({ stdout }) => /checks=[1-9]/.test(stdout), 5)).stdout, regular);

    for (const file of ["/run/ldirectord.www.pulse", "/run/ldirectord.www.pid"]) {
      strictEqual((await Deno.stat(file)).mode! & 0o777, 0o644, `every user may read ${file}`);
    }

    // The project may be in a folder of root's.
    await run(["install", PROGRAM, "/run/ldirectord"]);
    const asNobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"];
    const somebody = [...asNobody, "/run/ldirectord", "check-pulse", "www"];
    match((await director.host.outcomeOf(...somebody)).stdout, /^OK: /);
    match(
      (await director.host.outcomeOf(...somebody, "--table")).stdout,
      /^UNKNOWN: .*permission denied; run as root$/m,
    );

    await director.signal("SIGSTOP");
    await becomes(1);
    await director.signal("SIGCONT");
    await becomes(0);
    await director.logs(/The event loop was blocked for \d+\.\d s: this process was stopped/);

    await director.crash();
    await becomes(2);
    await director.does("start");
    await becomes(0);
    await director.stop();
    strictEqual(await Deno.stat("/run/ldirectord.www.pulse").catch(() => "none"), "none");
  },
);

scenario("six starts at the same moment: one director, and six commands that succeed", async ({ director, table }) => {
  await director.configure(SITE);
  const starts = await Promise.all(Array.from({ length: 6 }, () => director.try("start")));
  deepStrictEqual(starts.map(({ code }) => code), [0, 0, 0, 0, 0, 0]);
  match(await table.now(), /^-A -t 192\.0\.2\.10:80 -s rr$/m);
  strictEqual((await director.log()).match(/Starting Linux Director/g)?.length, 1);
  await director.stop();
});

scenario("a start command that is killed while it waits leaves its director at work", async ({ director, table }) => {
  // No host has these addresses: the first verdicts take their time.
  await director.configure(SITE);
  await director.host.run(
    "sh",
    "-c",
    `
    ${PROGRAM} www start & start=$!
    until test -s /run/ldirectord.www.pid; do sleep 0.05; done
    kill -KILL $start
  `,
  );
  await table.becomes(SITE_UP.replaceAll("-w 1", "-w 0"));
  await director.logs(/10\.0\.0\.12:80 .* is down/);
  strictEqual((await director.try("status")).code, 0);
  await director.stop();
  await table.becomes("");
});

scenario("one configuration file has one daemon, by whatever name it is called", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(SITE);
  await table.becomes(SITE_UP);
  await Deno.remove("/etc/ha.d/shop.cf").catch(() => {});
  await Deno.symlink("/etc/ha.d/www", "/etc/ha.d/shop.cf");
  const pid = await director.pid();

  for (const name of ["shop.cf", "/etc/ha.d/shop.cf", "/etc/ha.d/../ha.d/www"]) {
    const started = await director.tool(name, "start");
    deepStrictEqual([started.code, started.stderr.includes(`running with pid: ${pid}`)], [0, true], `${name} start`);
    const status = await director.tool(name, "status");
    deepStrictEqual([status.code, status.stderr.includes(`running with pid: ${pid}`)], [0, true], `${name} status`);
    strictEqual((await director.tool(name, "reload")).code, 0, `${name} reload`);
  }
  strictEqual((await director.tool("drain", "10.0.0.12", "--config", "shop.cf")).code, 0);
  await table.becomes(SITE_UP.replace("10.0.0.12:80 -m -w 1", "10.0.0.12:80 -m -w 0"));

  strictEqual((await director.tool("shop.cf", "stop")).code, 0);
  strictEqual(await director.pid(), undefined);
  await table.becomes("");
  strictEqual((await director.tool("shop.cf", "status")).code, 3);
  await Deno.remove("/etc/ha.d/shop.cf");
});
