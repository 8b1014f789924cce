import { doesNotMatch, match, strictEqual } from "node:assert/strict";
import { scenario } from "../world/scenario.ts";
import { poll } from "../world/wait.ts";

const WHO = "/run/who";

/** A check of each kind that needs something of root's, or starts a program. */
const SITE = `
    user = nobody
    checktimeout = 4
    checkinterval = 1
    quiescent = no
    statuspage = 127.0.0.1:9780
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            service = http
            monitorfile = /var/log/ldirectord.monitor
            scheduler = rr
    virtual = 192.0.2.10:81
            real = 10.0.0.11:81 masq
            checktype = ping
            scheduler = rr
    virtual = 192.0.2.10:82
            real = 10.0.0.11:82 masq
            checktype = external
            checkcommand = "${WHO}"
            scheduler = rr
`;

const SITE_UP = `
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1
    -A -t 192.0.2.10:81 -s rr
    -a -t 192.0.2.10:81 -r 10.0.0.11:81 -m -w 1
    -A -t 192.0.2.10:82 -s rr
    -a -t 192.0.2.10:82 -r 10.0.0.11:82 -m -w 1
`;

/** Loses the web server alone. */
const WITHOUT_WEB = SITE_UP.replace("\n    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1", "");

/** Writes a check command that leaves its user and its rights behind. */
async function writeCommand(): Promise<void> {
  await Deno.mkdir("/run/told", { recursive: true });
  await Deno.chmod("/run/told", 0o777);
  const text =
    "#!/bin/sh\n{ id -un; id -Gn; grep ^Cap /proc/self/status; } >/run/told/who.$$\nmv /run/told/who.$$ /run/told/who\n";
  await Deno.writeTextFile(WHO, text);
  await Deno.chmod(WHO, 0o755);
}

/** What `/proc/PID/status` says of the capabilities of a process, set by set. */
function capabilities(status: string): Record<string, string> {
  return Object.fromEntries(
    Array.from(status.matchAll(/^(Cap\w+):\s+0*([0-9a-f]+)$/gm), ([, name, set]) => [name, set]),
  );
}

/** CAP_NET_ADMIN and CAP_NET_RAW. */
const TWO = "3000";

scenario("user: checks, keeps the table, reloads and stops as an account with two capabilities", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11"]);
  await writeCommand();
  await director.start(SITE);
  await table.becomes(SITE_UP);

  const status = await Deno.readTextFile(`/proc/${await director.pid()}/status`);
  match(status, /^Uid:\t65534\t65534\t65534\t65534$/m);
  match(status, /^Groups:\t65534 $/m);
  strictEqual(capabilities(status).CapPrm, TWO);
  const who = await poll(() => Deno.readTextFile("/run/told/who").catch(() => ""), (text) => text !== "", 10);
  match(who, /^nobody\nnogroup\n/);
  for (const set of ["CapPrm", "CapEff", "CapAmb"]) {
    strictEqual(capabilities(who)[set], "0", `${set} of a check command`);
  }

  reals.stall("10.0.0.11");
  await table.becomes(WITHOUT_WEB);
  reals.resume("10.0.0.11");
  await table.becomes(SITE_UP);
  match(await Deno.readTextFile("/var/log/ldirectord.monitor"), /\[down\]/);
  strictEqual((await director.tool("drain", "10.0.0.11:81")).code, 0);
  await director.reload(SITE.replace("checkinterval = 1", "checkinterval = 2"));
  strictEqual((await director.tool("check-pulse", "--director", "www")).code, 0);
  doesNotMatch(await director.log(), /cannot|Internal error/);

  await director.crash();
  await director.does("start");
  await director.tool("enable", "10.0.0.11:81");
  await table.becomes(SITE_UP);
  await director.stop();
  await table.becomes("");
  strictEqual((await director.try("status")).code, 3);
  doesNotMatch(await director.log(), /Internal error/);
});

scenario("user: what would fail at the next reload makes the start fail", async ({ director, table }) => {
  await director.configure(SITE);
  await Deno.chmod("/etc/ha.d/www", 0o600);
  const unreadable = await director.try("start");
  strictEqual(unreadable.code, 1);
  match(unreadable.stderr, /user = nobody: \/etc\/ha\.d\/www cannot be read/);
  await director.configure(SITE.replace("nobody", "no-such-account"));
  const unknown = await director.try("start");
  strictEqual(unknown.code, 1);
  match(unknown.stderr, /no-such-account: there is no such account/);
  strictEqual(await table.now(), "");
});
