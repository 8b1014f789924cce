import { match, ok, strictEqual } from "node:assert/strict";
import { PROGRAM } from "../world/director.ts";
import { scenario } from "../world/scenario.ts";
import { SITE_UP } from "../world/site.ts";
import { poll } from "../world/wait.ts";

const GUIDE = Deno.readTextFileSync(new URL("../../../docs/from-perl.md", import.meta.url));

const PERL = "/usr/sbin/ldirectord";

scenario(
  "takeover: the Perl program is killed, ours starts on its file and table, and clients notice nothing",
  async (world) => {
    const { director, reals, table, client } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.configure(`
    checktimeout = 3
    checkinterval = 2
    quiescent = yes
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 masq
            service = http
            request = "index.html"
            scheduler = rr
  `);
    await director.host.run(PERL, "www", "start");
    await table.becomes(SITE_UP, 60);
    const load = client.startLoad("192.0.2.10:80");

    const check = await director.tool("check", "www");
    ok(check.code < 2, `no errors in the file\n${check.stdout}${check.stderr}`);
    const plan = await director.tool("plan", "www");
    strictEqual(plan.code, 0, `nothing is to change\n${plan.stdout}${plan.stderr}`);
    ok(GUIDE.includes(plan.stdout.replace(/^/gm, "    ").trimEnd()), `the guide shows it otherwise\n${plan.stdout}`);

    const pid = Number(await Deno.readTextFile("/run/ldirectord.www.pid"));
    Deno.kill(pid, "SIGKILL");
    strictEqual(await poll(() => isAlive(pid), (alive) => !alive, 10), false);
    const start = await director.host.outcomeOf(PROGRAM, "www", "start");
    strictEqual(start.code, 0, start.stderr);
    await table.becomes(SITE_UP, 0);
    match((await director.try("status")).stderr, /is running with pid/);
    await load.endsWithoutFailure();

    reals.stop("10.0.0.12");
    await table.becomes(SITE_UP.replace("10.0.0.12:80 -m -w 1", "10.0.0.12:80 -m -w 0"));
  },
);

async function isAlive(pid: number): Promise<boolean> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  return status !== "" && !/^State:\s+Z/m.test(status);
}
