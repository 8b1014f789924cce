import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { fillTree } from "../../tools/packages/tree.ts";
import { needsSetup } from "../needs_setup.ts";

/** The unpacked tarball with a small program in it, and a folder to install to. */
interface Unpacked extends AsyncDisposable {
  readonly root: string;
  install(...options: string[]): Promise<{ readonly code: number; readonly output: string }>;
}

async function unpacked(): Promise<Unpacked> {
  const folder = await Deno.makeTempDir({ prefix: "ldirectord-install-" });
  const root = `${folder}/root`;
  await Deno.writeTextFile(`${folder}/program`, "#!/bin/sh\n", { mode: 0o755 });
  await fillTree(`${folder}/tree`, `${folder}/program`);
  return {
    root,
    install: async (...options) => {
      const args = [`${folder}/tree/install.sh`, `--destdir=${root}`, ...options];
      const { code, stdout, stderr } = await new Deno.Command("sh", { args, stdin: "null" }).output();
      return { code, output: [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("") };
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** The files below a folder, without it. */
function filesBelow(root: string, folder = ""): string[] {
  return [...Deno.readDirSync(root + folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(root, `${folder}/${name}`) : [`${folder}/${name}`]
  ).sort();
}

Deno.test(
  "install.sh: what it installs names the prefix, and goes again but for configurations",
  needsSetup,
  async () => {
    await using tarball = await unpacked();
    const { root, install } = tarball;
    strictEqual((await install("--prefix=/opt/lvs")).code, 0);
    const files = filesBelow(root);
    for (const path of ["/opt/lvs/sbin/ldirectord", "/opt/lvs/share/man/man8/ldirectord.8.gz"]) {
      ok(
        files.includes(path),
      );
    }
    strictEqual(Deno.readLinkSync(`${root}/etc/ha.d/resource.d/ldirectord`), "/opt/lvs/sbin/ldirectord");
    const unit = Deno.readTextFileSync(`${root}/opt/lvs/lib/systemd/system/ldirectord@.service`);
    match(unit, /^ExecStart=\/opt\/lvs\/sbin\/ldirectord /m);
    const naming = files.filter((path) => /\.(service|md|sh)$|\/run$|resource\.d\/ldirectord\/ldirectord$/.test(path));
    const wrong = naming.filter((path) => Deno.readTextFileSync(root + path).includes("/usr/sbin/ldirectord"));
    deepStrictEqual(wrong, []);

    Deno.writeTextFileSync(`${root}/etc/logrotate.d/ldirectord`, "# mine\n");
    Deno.writeTextFileSync(`${root}/etc/ha.d/www`, "# mine, too\n");
    strictEqual((await install("--prefix=/opt/lvs")).code, 0);
    strictEqual(Deno.readTextFileSync(`${root}/etc/logrotate.d/ldirectord`), "# mine\n");
    deepStrictEqual(filesBelow(root), [...files, "/etc/ha.d/www"].sort());

    strictEqual((await install("--prefix=/opt/lvs", "--uninstall")).code, 0);
    deepStrictEqual(filesBelow(root), ["/etc/ha.d/www", "/etc/logrotate.d/ldirectord"]);
  },
);

Deno.test("install.sh: a mistake in the command line installs nothing", needsSetup, async () => {
  await using tarball = await unpacked();
  for (const options of [["--prefix=usr"], ["--nonsense"], ["uninstall"]]) {
    const { code, output } = await tarball.install(...options);
    strictEqual(code, 2, options.join(" "));
    notStrictEqual(output, "");
  }
  await Deno.stat(tarball.root).then(() => ok(false, "something was installed"), () => {});
});
