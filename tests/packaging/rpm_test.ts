import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { VERSION } from "../../src/model/version.ts";
import { makeRpm } from "../../tools/packages/rpm.ts";
import { makeTarball } from "../../tools/packages/tarball.ts";
import { needsSetup } from "../needs_setup.ts";
import { cleanChroot, execute } from "./clean_chroot.ts";

const REASONS = new URL("../../packaging/rpm/rpmlint.toml", import.meta.url).pathname;
const CONFIGURATION = "/etc/ha.d/ldirectord.cf";

/** Asks the package a question. Returns the lines of the answer. */
async function ask(rpm: string, question: string): Promise<string[]> {
  return (await execute("rpm", "-qp", `--${question}`, rpm)).output.split("\n").filter((line) => line !== "");
}

Deno.test("the rpm: rpmlint has nothing to say beside what rpmlint.toml gives a reason for", needsSetup, async () => {
  const folder = await Deno.makeTempDir({ prefix: "ldirectord-rpmlint-" });
  try {
    await makeTarball("x86_64", folder);
    const { code, output } = await execute("rpmlint", `--config=${REASONS}`, await makeRpm("x86_64", folder));
    strictEqual(code, 0, output);
    match(output, / 1 packages and .* 0 errors, 0 warnings/, output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test(
  "the rpm: installs, keeps a configuration through an upgrade, and removes no other package",
  needsSetup,
  async () => {
    await using chroot = await cleanChroot();
    const { root, run } = chroot;
    const folder = `${root}/tmp`;
    await Deno.writeTextFile(`${folder}/program`, "#!/bin/sh\necho it runs\n", { mode: 0o755 });
    await makeTarball("x86_64", folder, `${folder}/program`);
    const rpm = await makeRpm("x86_64", folder);
    deepStrictEqual(await ask(rpm, "obsoletes"), []);
    deepStrictEqual(await ask(rpm, "conflicts"), ["ldirectord"]);
    const installed = async (...options: string[]) => {
      // What it depends on is there, as packages of another kind.
      const { code, output } = await execute("rpm", `--root=${root}`, "--nodeps", ...options);
      strictEqual(code, 0, output);
    };

    await installed("-i", rpm);
    strictEqual((await run("ldirectord")).output, "it runs\n");
    strictEqual((await run("stat", "-c", "%a %U %G", CONFIGURATION)).output, "640 root ldirectord\n");
    match((await run("getent", "passwd", "ldirectord")).output, /:\/var\/lib\/ldirectord:\/usr\/sbin\/nologin$/m);
    const paths = ["/usr/lib/ocf/resource.d/ldirectord/ldirectord", "/usr/lib/systemd/system/ldirectord@.service"];
    for (const path of [...paths, "/usr/share/man/man8/ldirectord.8.gz"]) {
      strictEqual(
        (await run("stat", path)).code,
        0,
      );
    }

    await Deno.writeTextFile(root + CONFIGURATION, "# mine\n");
    await installed("-U", "--force", rpm);
    strictEqual(await Deno.readTextFile(root + CONFIGURATION), "# mine\n");
    await installed("-e", `ldirectord2-${VERSION}`);
    strictEqual(await Deno.readTextFile(`${root}${CONFIGURATION}.rpmsave`), "# mine\n");
    for (const path of [...paths, "/usr/sbin/ldirectord"]) strictEqual((await run("stat", path)).code, 1, path);
  },
);
