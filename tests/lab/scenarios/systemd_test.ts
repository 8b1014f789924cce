import { doesNotMatch, match, notStrictEqual, strictEqual } from "node:assert/strict";
import type { Status } from "../../../src/control/status.ts";
import { replay, transcript } from "../../transcripts.ts";
import { scenario } from "../world/scenario.ts";
import { ONLY_11_UP, SITE_UP } from "../world/site.ts";
import { SystemdUnit } from "../world/systemd_unit.ts";
import { poll } from "../world/wait.ts";

/** All that the drop-in for external checks offers. */
const EVERY_LICENCE = Deno.readTextFileSync(new URL("../../../systemd/checks.conf", import.meta.url))
  .split("\n").flatMap((line) => /^#(\w+=.*)$/.exec(line)?.[1] ?? []);

const GLOBALS = `
    checktimeout = 2
    checkinterval = 1
    quiescent = yes
    virtual = 192.0.2.10:80
            service = http
            scheduler = rr
            real = 10.0.0.11:80 masq
`;

const SITE = `${GLOBALS.trimEnd()}
            real = 10.0.0.12:80 masq
`;

scenario("systemd: started, reloaded, and stopped with a clean table", async ({ director, reals, table }) => {
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.configure(SITE);
  const unit = await SystemdUnit.install(director.host.name);
  await unit.does("start");
  await table.becomes(SITE_UP, 0);
  await unit.becomes("StatusText", /^2 of 2 real servers serve, table in step$/);

  reals.stop("10.0.0.12");
  await unit.becomes("StatusText", /^1 of 2 real servers serve, table in step$/);

  await director.configure(GLOBALS);
  await unit.does("reload");
  await table.becomes(ONLY_11_UP);
  strictEqual(await unit.property("ActiveState"), "active");

  await director.configure("virtual = nonsense");
  const { code, stderr } = await unit.try("reload");
  notStrictEqual(code, 0, "a broken configuration is an error of the reload");
  const shown = transcript("docs/systemd.md", "# systemctl reload ldirectord@www\nJob");
  await replay(shown, async ({ command }) => command.startsWith("systemctl") ? stderr : await unit.journal());
  await table.becomes(ONLY_11_UP);
  strictEqual(await unit.property("ActiveState"), "active");

  await unit.does("stop");
  await table.becomes("", 0);
  strictEqual(await unit.property("Result"), "success");

  await unit.try("start");
  await unit.becomes("Result", /^exit-code$/);
  strictEqual(await unit.property("NRestarts"), "0", "a broken configuration is not tried again");
});

scenario("systemd: killed or stalled, it is started anew, and clients notice neither", async (world) => {
  const { director, reals, table, client } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.configure(SITE);
  const unit = await SystemdUnit.install(director.host.name, ["WatchdogSec=6"]);
  await unit.does("start");
  await table.becomes(SITE_UP);
  const load = client.startLoad("192.0.2.10:80");

  await unit.signal("SIGKILL");
  await unit.wasRestarted(1);
  await table.becomes(SITE_UP, 0);

  await unit.signal("SIGSTOP");
  await unit.wasRestarted(2);
  match(await unit.journal(), /Watchdog timeout/);
  await table.becomes(SITE_UP, 0);

  await load.endsWithoutFailure();
  await unit.does("stop");
  await table.becomes("", 0);
});

scenario(
  "systemd: a name with dashes and dots, all that a drop-in allows, and a stop longer than the watchdog waits",
  async (world) => {
    const { director, reals, table } = world;
    await reals.are(["10.0.0.11"]);
    const hook = "#!/bin/sh\n[ $1 = start ] || sleep 12\necho $1 >>/run/hook.out\n";
    await Deno.writeTextFile("/run/hook", hook, { mode: 0o755 });
    await director.configure(
      GLOBALS.replace("    quiescent", "    fallbackcommand = /run/hook\n    quiescent"),
      "a-b.c-1",
    );
    const unit = await SystemdUnit.install(director.host.name, ["WatchdogSec=4", ...EVERY_LICENCE], "a-b.c-1");
    await unit.does("start");
    await table.becomes(ONLY_11_UP, 0);
    match(await unit.property("Description"), /^Linux Director \(a-b\.c-1\)$/);

    reals.stop("10.0.0.11");
    const hooks = () => Deno.readTextFile("/run/hook.out").catch(() => "");
    strictEqual(await poll(hooks, (text) => text !== "", 15), "start\n");
    await unit.does("stop");
    strictEqual(await hooks(), "start\nstop\n");
    strictEqual(await unit.property("Result"), "success");
    doesNotMatch(await unit.journal(), /ignoring/i);
    await table.becomes("", 0);
  },
);

scenario("systemd: directories are asked by the helper process, which has no rights at all", async (world) => {
  const { director, reals } = world;
  await reals.are(["10.0.0.11"]);
  // A web server is no directory: that is said of it, and not that it could not be asked.
  const directory = "    virtual = 192.0.2.10:389\n            service = ldap\n            real = 10.0.0.11:80 masq\n";
  await director.configure(`${GLOBALS}${directory}`);
  const unit = await SystemdUnit.install(director.host.name);
  await unit.does("start");
  const why = /not an LDAP message/;
  const told = (status?: Status) => status?.virtuals[1].reals[0].why ?? "";
  const status = await poll(() => director.status(), (status) => why.test(told(status)), 30);
  match(told(status), why);
  const { user, pid } = status!.daemon.helper!;
  strictEqual(user, "ldirectord");
  const rights = await Deno.readTextFile(`/proc/${pid}/status`);
  match(rights, /^CapPrm:\t0+$/m);
  match(rights, /^NoNewPrivs:\t1$/m);
  await unit.does("stop");
});
