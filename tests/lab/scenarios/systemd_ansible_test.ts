import { match, notStrictEqual, strictEqual } from "node:assert/strict";
import { type Outcome, outcomeOf, run } from "../world/command.ts";
import { dedented } from "../world/director.ts";
import { scenario } from "../world/scenario.ts";
import { GLOBALS, ONLY_11_UP, SITE, SITE_UP } from "../world/site.ts";
import { SystemdUnit } from "../world/systemd_unit.ts";

const PLAYBOOK = new URL("../../../packaging/ansible/site.yml", import.meta.url).pathname;
const WRITTEN = "/etc/ha.d/www";

scenario(
  "ansible: starts a director, changes it by reloads, and refuses errors",
  async ({ director, reals, table }) => {
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    const unit = await SystemdUnit.install(director.host.name);

    await succeeds(SITE);
    await table.becomes(SITE_UP);
    strictEqual(await unit.property("ActiveState"), "active");
    strictEqual(await unit.property("UnitFileState"), "enabled");
    strictEqual((await run(["stat", "--format=%U %G %a", WRITTEN])).trim(), "root ldirectord 640");
    strictEqual(await Deno.readTextFile("/etc/modules-load.d/ldirectord.conf"), "ip_vs\n");
    const pid = await unit.property("MainPID");

    match(await succeeds(SITE), /^lab .* changed=0 /m);

    const without12 = SITE.replace(/.*10\.0\.0\.12.*\n/, "");
    await succeeds(without12);
    await table.becomes(ONLY_11_UP);

    const refused = await play(`${GLOBALS}\n    virtual = nonsense\n`);
    notStrictEqual(refused.code, 0, refused.stdout);
    match(refused.stdout, /^lab .* changed=0 .* failed=1 /m);
    strictEqual(await Deno.readTextFile(WRITTEN), dedented(without12));
    await table.becomes(ONLY_11_UP, 0);
    strictEqual(await unit.property("ActiveState"), "active");
    strictEqual(await unit.property("MainPID"), pid, "only the first run has started a director");
  },
);

/** Runs the playbook on this machine, where the package is installed already, whatever comes of it. */
async function play(configuration: string): Promise<Outcome> {
  await Deno.writeTextFile("/run/hosts", "[directors]\nlab ansible_connection=local\n");
  await Deno.writeTextFile(
    "/run/variables.json",
    JSON.stringify({ ldirectord_package: "", ldirectord_configurations: { www: dedented(configuration) } }),
  );
  // Facts about the machine take long in the lab, and the role reads none.
  const env = ["ANSIBLE_GATHERING=explicit", "ANSIBLE_PIPELINING=1", "ANSIBLE_NOCOLOR=1", "LC_ALL=C.UTF-8"];
  const given = ["--inventory=/run/hosts", "--extra-vars=@/run/variables.json"];
  return await outcomeOf(["env", ...env, "ansible-playbook", ...given, PLAYBOOK]);
}

/** Runs it, which must succeed. Returns what it prints. */
async function succeeds(configuration: string): Promise<string> {
  const { code, stdout, stderr } = await play(configuration);
  strictEqual(code, 0, `${stdout}${stderr}`);
  return stdout;
}
