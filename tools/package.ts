/** `deno task package`: dist/ldirectord2_VERSION_ARCH.deb for each processor, and tarballs for other systems. */

import { VERSION } from "../src/model/version.ts";
import { build } from "./build.ts";
import type { Processor } from "./denort.ts";
import { makeDeb } from "./packages/deb.ts";
import { makeTarball } from "./packages/tarball.ts";
import { ARCHITECTURES } from "./packages/tree.ts";
import { installPackages } from "./setup.ts";
import { green, say, step } from "./terminal.ts";

const ROOT = new URL("..", import.meta.url).pathname;

/** Where everything that is made goes. */
export const DIST = `${ROOT}dist`;

/** The processors that there are packages for. */
export const PROCESSORS: readonly Processor[] = ["x86_64", "aarch64"];

/** The version with the revision of the packaging, as Debian has it. */
export const DEBIAN_VERSION = `${VERSION}-1`;

/** Builds the program for each processor and packs it, with what that needs installed. Returns the paths of the packages. */
export async function makePackages(): Promise<readonly string[]> {
  await installPackages(["dpkg-dev", "make"]);
  const made: string[] = [];
  for (const processor of PROCESSORS) {
    await build(processor);
    step(`Making the packages for ${ARCHITECTURES[processor]}`);
    made.push(announced(await makeDeb({ version: DEBIAN_VERSION, folder: DIST, processor })));
    made.push(announced(await makeTarball(processor, DIST)));
  }
  return made;
}

/** Says that a file was made. Returns its path. */
export function announced(path: string): string {
  say(`${green("made")} ${path.replace(ROOT, "")}, ${(Deno.statSync(path).size / 1e6).toFixed(1)} MB`);
  return path;
}

if (import.meta.main) await makePackages();
