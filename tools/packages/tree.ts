/**
 * The files that every kind of package is made from. The tarball is this tree with the program in it; packaging/install.sh
 * puts its files where packaging/manifest says, for the tarball's users as for the Debian package and the rpm.
 */

import { LICENCES, SBOM } from "../build.ts";
import type { Processor } from "../denort.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

/** What the packages are called. */
export const NAME = "ldirectord2";

/** Debian's names of the processors, which tarballs and images have as well. */
export const ARCHITECTURES = { x86_64: "amd64", aarch64: "arm64" } as const satisfies Record<Processor, string>;

/** What comes from the repository as it is. */
const PARTS = ["CHANGELOG.md", "LICENSE", "README.md", "docs", "packaging", "systemd"];

/** What the build has made, and the installer, which belongs on top. */
const OTHERS: readonly (readonly [from: string, to: string])[] = [
  [`${ROOT}packaging/install.sh`, "install.sh"],
  [LICENCES, "third-party-licences.txt"],
  [SBOM, "sbom.cdx.json"],
];

/** Fills a folder that is not there yet. With a program, that is in it as `ldirectord`. */
export async function fillTree(folder: string, program?: string): Promise<void> {
  await Deno.mkdir(folder);
  await Deno.chmod(folder, 0o755);
  for (const part of PARTS) await copy(`${ROOT}${part}`, `${folder}/${part}`);
  for (const [from, to] of OTHERS) await copy(from, `${folder}/${to}`);
  if (program) await copy(program, `${folder}/ldirectord`);
}

/** Copies a file, or a folder with all that is in it. The umask of whoever has checked it out is forgotten. */
export async function copy(from: string, to: string): Promise<void> {
  const { isDirectory, mode } = await Deno.stat(from);
  if (!isDirectory) {
    await Deno.copyFile(from, to);
    await Deno.chmod(to, (mode! & 0o100) === 0 ? 0o644 : 0o755);
    return;
  }
  await Deno.mkdir(to);
  await Deno.chmod(to, 0o755);
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}
