import { match, strictEqual } from "node:assert/strict";
import { scenario } from "../world/scenario.ts";
import { poll } from "../world/wait.ts";

const SITE = `
    checktimeout = 2
    checkinterval = 1
    quiescent = no
    execute = shop
    syncdaemon = both
    syncinterface = eth0
    syncid = 7
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 masq
            service = http
            scheduler = rr
`;

const SHOP = `
    checkinterval = 1
    quiescent = no
    virtual = 192.0.2.20:80
            real = 10.0.0.12:80 masq 5
            service = http
`;

const UP = `
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1
    -A -t 192.0.2.20:80 -s wrr
`;

const ALL_UP = `${UP}
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 1
    -a -t 192.0.2.20:80 -r 10.0.0.12:80 -m -w 5
`;

scenario(
  "a standby touches no table until it is activated, stays one through a restart, and brings its further ones along",
  async (world) => {
    const { director, reals, table } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.configure(SITE);
    await director.configure(SHOP, "shop");
    const state = async (name = "www") => (await director.status(name))?.daemon.state;

    strictEqual((await director.tool("www", "start", "--standby")).code, 0);
    strictEqual(await poll(() => state("shop"), (now) => now === "standby", 30), "standby");
    reals.stop("10.0.0.12");
    await director.logs(/Real server 10\.0\.0\.12:80 .* is down/);
    await director.does("restart");
    strictEqual(await state(), "standby");
    await table.becomes("", 0);

    strictEqual((await director.tool("activate", "www")).code, 0);
    await table.becomes(UP, 0);
    await director.does("restart");
    strictEqual(await state(), "running");

    await reals.start("10.0.0.12");
    await table.becomes(ALL_UP, 30);
    strictEqual((await director.tool("deactivate", "www")).code, 0);
    await table.becomes("", 0);
    await director.stop();
    strictEqual((await director.tool("activate", "www")).code, 1);
  },
);

scenario(
  "syncdaemon: a director stops the sync threads that it has started, be it after a crash, and no others",
  async (world) => {
    const { director, reals } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    const threads = () => director.host.run("ipvsadm", "-L", "--daemon");
    await director.host.run("ipvsadm", "--start-daemon", "backup", "--mcast-interface", "eth0", "--syncid", "9");
    const site = SITE.replace(/ +execute.*\n/, "");
    await director.start(site);
    match(await threads(), /^master sync daemon \(mcast=eth0, syncid=7,.*\nbackup sync daemon \(mcast=eth0, syncid=9,/);
    await director.logs(/runs already, not started by us, and is left: backup on eth0, syncid 9/);

    await director.crash();
    await director.does("start");
    await director.reload(site.replace("syncid = 7", "syncid = 8"));
    match(await poll(threads, (now) => now.includes("syncid=8"), 10), /^master sync daemon \(mcast=eth0, syncid=8,/);
    await director.stop();
    match(await threads(), /^backup sync daemon \(mcast=eth0, syncid=9,[^\n]*\n$/);
  },
);
