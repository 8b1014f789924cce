import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { makeImage } from "../../tools/packages/image.ts";
import { needsSetup } from "../needs_setup.ts";

/** What a document of the image points to. */
interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

/** Runs a command that must succeed. Returns what it prints. */
async function printed(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, stdin: "null" }).output();
  ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test(
  "the image: every part has its digest, and its root has the program, libraries and nothing of ours",
  needsSetup,
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "ldirectord-image-" });
    try {
      await Deno.writeTextFile(`${folder}/program`, "not really\n");
      const archive = await makeImage(["x86_64"], folder, () => `${folder}/program`);
      await printed("tar", "-C", folder, "-xf", archive);
      const blob = ({ digest }: Descriptor) => `${folder}/blobs/sha256/${digest.slice("sha256:".length)}`;
      const sized = async (part: Descriptor) => {
        strictEqual(`sha256:${(await printed("sha256sum", blob(part))).split(" ")[0]}`, part.digest);
        strictEqual(Deno.statSync(blob(part)).size, part.size);
        return blob(part);
      };
      const document = async (part: Descriptor) => JSON.parse(await Deno.readTextFile(await sized(part)));

      const top = JSON.parse(await Deno.readTextFile(`${folder}/index.json`));
      const index = await document(top.manifests[0]);
      deepStrictEqual(index.manifests.map(({ platform }: { platform: unknown }) => platform), [
        { os: "linux", architecture: "amd64" },
      ]);
      const manifest = await document(index.manifests[0]);
      const config = await document(manifest.config);
      const root = `${folder}/root`;
      await Deno.mkdir(root);
      for (const [i, layer] of manifest.layers.entries()) {
        await printed("tar", "-C", root, "-xzf", await sized(layer));
        const unpacked = await printed("sh", "-c", 'zcat "$1" | sha256sum', "sh", blob(layer));
        strictEqual(`sha256:${unpacked.split(" ")[0]}`, config.rootfs.diff_ids[i]);
      }
      const files = (await printed("find", root, "-type", "f", "-printf", "/%P\n")).split("\n");
      for (const name of ["/usr/sbin/ldirectord", "libc.so.6", "libssl.so.3", "libgcc_s.so.1", "ca-certificates.crt"]) {
        ok(files.some((path) => path.endsWith(name)), name);
      }
      const outside = files.filter((path) => /^\/(bin|sbin|usr\/bin)\/|^\/etc\/(resolv\.conf|hostname|apt)/.test(path));
      deepStrictEqual(outside, []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
