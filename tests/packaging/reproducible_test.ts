import { deepStrictEqual, notDeepStrictEqual } from "node:assert/strict";
import { makeDeb, makeDebianSource } from "../../tools/packages/deb.ts";
import { makeTarball } from "../../tools/packages/tarball.ts";
import { needsSetup } from "../needs_setup.ts";

/** The digests of what is made of a small program, by the names of the files. */
async function packagesOf(text: string): Promise<ReadonlyMap<string, string>> {
  const folder = await Deno.makeTempDir({ prefix: "ldirectord-reproducible-" });
  try {
    const program = `${folder}/program`;
    await Deno.writeTextFile(program, text, { mode: 0o755 });
    const paths = [
      await makeDeb({ version: "2.0.0-1", folder, program }),
      ...await makeDebianSource("2.0.0-1", folder),
      await makeTarball("x86_64", folder, program),
    ];
    const digests = await Promise.all(paths.map(digest));
    return new Map(paths.map((path, i) => [path.slice(folder.length), digests[i]]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function digest(path: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", await Deno.readFile(path))).toHex();
}

Deno.test("the same source gives the same bytes: package, source package and tarball", needsSetup, async () => {
  const first = await packagesOf("#!/bin/sh\nexit 0\n");
  const umask = Deno.umask(0o077);
  try {
    deepStrictEqual(await packagesOf("#!/bin/sh\nexit 0\n"), first);
    notDeepStrictEqual(await packagesOf("#!/bin/sh\nexit 1\n"), first);
  } finally {
    Deno.umask(umask);
  }
});
