import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { isThere } from "../../tools/packages/apt_sources.ts";
import { makeDeb, makeDebianSource } from "../../tools/packages/deb.ts";
import { cleanChroot, execute } from "./clean_chroot.ts";
import { needsSetup } from "../needs_setup.ts";

Deno.test(
  "the package: lintian has nothing to say; in a clean system it installs, upgrades and goes without a trace",
  needsSetup,
  async () => {
    await using chroot = await cleanChroot(["ipvsadm"]);
    const { root, run } = chroot;
    const succeeds = async (...command: string[]) => {
      const { code, output } = await run(...command);
      strictEqual(code, 0, `${command.join(" ")}\n${output}`);
      return output;
    };
    const make = async (version: string, compression: "xz" | "none") => {
      const deb = await makeDeb({ version, folder: `${root}/tmp`, compression });
      return deb.slice(root.length);
    };
    const first = await make("2.0.0-1", "xz");
    const [source] = (await makeDebianSource("2.0.0-1", `${root}/tmp`)).filter((path) => path.endsWith(".dsc"));
    const lint = await execute("lintian", "--allow-root", "--fail-on=warning", root + first, source);
    deepStrictEqual(lint, { code: 0, output: "" });

    const before = filesOf(root);
    await succeeds("dpkg", "--install", first);
    match(await succeeds("ldirectord", "--version"), /^Linux Director v2\./);
    const check = await run("ldirectord", "check");
    // The file that comes with the package does nothing, and nothing else is wrong with it.
    deepStrictEqual([check.code, /: 1 warning in 0 virtual services/.test(check.output)], [1, true], check.output);
    strictEqual(Deno.statSync(`${root}/etc/ha.d/ldirectord.cf`).mode! & 0o777, 0o640);
    deepStrictEqual(isThere(`${root}/etc/systemd/system/multi-user.target.wants/ldirectord.service`), false);

    Deno.writeTextFileSync(`${root}/etc/ha.d/ldirectord.cf`, "# mine\n");
    Deno.writeTextFileSync(`${root}/etc/logrotate.d/ldirectord`, "# mine, too\n");
    await succeeds("dpkg", "--install", await make("2.0.0-2", "none"));
    strictEqual(Deno.readTextFileSync(`${root}/etc/ha.d/ldirectord.cf`), "# mine\n");
    strictEqual(Deno.readTextFileSync(`${root}/etc/logrotate.d/ldirectord`), "# mine, too\n");

    await succeeds("dpkg", "--purge", "ldirectord2");
    const left = [...filesOf(root).difference(before)].filter((path) => !OF_OTHER_TOOLS.test(path));
    deepStrictEqual(left, ["/etc/ha.d/ldirectord.cf"]);
  },
);

/** Logs and temporary files; what adduser keeps of the files that it changes, and its lock. */
const OF_OTHER_TOOLS = /^\/(var\/log|tmp)\/|^\/etc\/(passwd|group|shadow|gshadow|subuid|subgid)-$|^\/run\/adduser$/;

/** Everything but what the package manager keeps for itself. */
function filesOf(root: string): ReadonlySet<string> {
  const found = new Set<string>();
  const walk = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(root + folder)) {
      const path = `${folder}/${name}`;
      if (/^\/(dev|proc|sys)$|^\/var\/(lib|cache)\/(dpkg|apt|debconf|systemd)$/.test(path)) continue;
      if (isDirectory) walk(path);
      else found.add(path);
    }
  };
  walk("");
  return found;
}
