import { match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { makeDeb } from "../../../tools/packages/deb.ts";
import { outcomeOf, run } from "../world/command.ts";
import { isThere } from "../world/files.ts";
import { scenario } from "../world/scenario.ts";
import { SITE, SITE_UP } from "../world/site.ts";
import { SystemdUnit } from "../world/systemd_unit.ts";

const PROGRAM = "/usr/sbin/ldirectord";
const WANTS = "/etc/systemd/system/multi-user.target.wants";
const LOGROTATE = "/etc/logrotate.d/ldirectord";

scenario("package: takes the Perl program's place, is upgraded under load, and goes without a trace", async (world) => {
  const { director, reals, table, client } = world;
  const before = await Deno.readTextFile("/etc/ha.d/ldirectord.cf");
  await enabledByThePerlPackage();
  await install(await makeDeb({ version: "2.0.0-1", folder: "/run", compression: "none" }));
  match(await run([PROGRAM, "--version"]), /^Linux Director v2\./);
  match((await outcomeOf(["dpkg-query", "-W", "-f", "${db:Status-Status}", "ldirectord"])).stdout, /^config-files$/);
  strictEqual(await Deno.readTextFile("/etc/ha.d/ldirectord.cf"), before, "what was there is left alone");
  strictEqual(await Deno.readLink("/etc/ha.d/resource.d/ldirectord"), PROGRAM);

  await run(["dpkg", "--purge", "ldirectord"]);
  strictEqual(await Deno.readTextFile("/etc/ha.d/ldirectord.cf"), before, "the old package takes nothing with it");
  for (const path of ["/etc/init.d/ldirectord", LOGROTATE, "/usr/lib/systemd/system/ldirectord.service"]) {
    ok(await isThere(path), `${path} is gone`);
  }
  const enabled = async () => (await outcomeOf(["systemctl", "is-enabled", "ldirectord.service"])).stdout.trim();
  strictEqual(await enabled(), "enabled");

  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.configure(SITE);
  const unit = await SystemdUnit.onHost(director.host.name);
  await unit.does("start");
  await table.becomes(SITE_UP, 0);
  const old = await unit.property("MainPID");
  const load = client.startLoad("192.0.2.10:80");
  await Deno.writeTextFile(LOGROTATE, "# the operator's own\n");
  await install(await makeDeb({ version: "2.0.0-2", folder: "/run", compression: "none" }));
  await unit.wasRestarted(1);
  notStrictEqual(await unit.property("MainPID"), old);
  await table.becomes(SITE_UP, 0);
  await load.endsWithoutFailure();
  strictEqual(await Deno.readTextFile(LOGROTATE), "# the operator's own\n");

  await run(["dpkg", "--purge", "ldirectord2"]);
  await table.becomes("", 0);
  strictEqual(await unit.property("ActiveState"), "inactive");
  for (const path of [PROGRAM, LOGROTATE, "/usr/lib/systemd/system/ldirectord@.service", "/var/lib/ldirectord"]) {
    ok(!await isThere(path), `${path} is left`);
  }
  ok(await isThere("/etc/ha.d/www"), "a configuration of the operator's is his");
  ok(!await isThere(`${WANTS}/ldirectord.service`), "nothing is left to be started");
});

/** As its maintainer scripts do it, whatever this machine's have come to. */
async function enabledByThePerlPackage(): Promise<void> {
  const state = "/var/lib/systemd/deb-systemd-helper-enabled";
  const link = `${WANTS}/ldirectord.service`;
  for (const folder of [WANTS, `${state}/multi-user.target.wants`]) await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${state}/ldirectord.service.dsh-also`, `${link}\n`);
  await Deno.writeTextFile(`${state}/multi-user.target.wants/ldirectord.service`, "");
  await run(["ln", "-sf", "/lib/systemd/system/ldirectord.service", link]);
}

async function install(deb: string): Promise<void> {
  await run(["dpkg", "--install", deb]);
  await Deno.remove(deb);
}
