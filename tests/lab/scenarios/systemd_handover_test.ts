import { match, strictEqual } from "node:assert/strict";
import { makeDeb } from "../../../tools/packages/deb.ts";
import { run } from "../world/command.ts";
import { dedented } from "../world/director.ts";
import { scenario } from "../world/scenario.ts";
import { SITE, SITE_UP } from "../world/site.ts";

const DROP_IN = "/etc/systemd/system/ldirectord.service.d";

scenario("package: apt has the Perl director leave its table, and ours takes it over", async (world) => {
  const { director, reals, table, client } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await Deno.writeTextFile("/etc/ha.d/ldirectord.cf", dedented(SITE));
  await Deno.mkdir(DROP_IN, { recursive: true });
  await Deno.writeTextFile(`${DROP_IN}/lab.conf`, `[Service]\nNetworkNamespacePath=/run/netns/${director.host.name}\n`);
  // The Perl package's unit writes a file there.
  await run(["mkdir", "-p", "/var/lock/subsys"]);
  await run(["systemctl", "daemon-reload"]);
  await run(["systemctl", "start", "ldirectord.service"]);
  await table.becomes(SITE_UP);

  // With it, as in images of containers, a package's scripts stop nothing.
  await Deno.remove("/usr/sbin/policy-rc.d").catch(() => {});
  const load = client.startLoad("192.0.2.10:80");
  const deb = await makeDeb({ version: "2.0.0-1", folder: "/run", compression: "none" });
  // What apt does with every package before it installs the first one, and then.
  await run(["dpkg-preconfigure", "--frontend=noninteractive", deb]);
  await run(["dpkg", "--install", deb]);
  match(await run(["ldirectord", "--version"]), /^Linux Director v2\./);
  await table.becomes(SITE_UP, 0);
  await run(["systemctl", "start", "ldirectord.service"]);
  await table.becomes(SITE_UP, 0);
  strictEqual((await run(["systemctl", "is-active", "ldirectord.service"])).trim(), "active");
  await load.endsWithoutFailure();
});
