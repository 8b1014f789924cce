/** `deno task release`: everything that a release consists of, in dist, with checksums and what is new. */

import { VERSION } from "../src/model/version.ts";
import { announced, DEBIAN_VERSION, DIST, makePackages, PROCESSORS } from "./package.ts";
import { binaryFor, SBOM } from "./build.ts";
import { run } from "./packages/command.ts";
import { makeDebianSource } from "./packages/deb.ts";
import { makeImage } from "./packages/image.ts";
import { releaseNotes } from "./packages/release_notes.ts";
import { makeRpm } from "./packages/rpm.ts";
import { installPackages } from "./setup.ts";
import { fail, green, say, step } from "./terminal.ts";

const CHANGELOG = new URL("../CHANGELOG.md", import.meta.url);

async function release(): Promise<void> {
  const notes = releaseNotes(await Deno.readTextFile(CHANGELOG), VERSION);
  if (notes === undefined) fail(`CHANGELOG.md has no section "## ${VERSION}": write what is new`);
  await installPackages(["rpm", "mmdebstrap"]);
  await removeOlder();
  const made = [...await makePackages()];
  step("Making the source package, the rpms and the image");
  made.push(...(await makeDebianSource(DEBIAN_VERSION, DIST)).map(announced));
  for (const processor of PROCESSORS) {
    made.push(announced(await makeRpm(processor, DIST)));
    const binary = `${DIST}/ldirectord-${VERSION}-linux-${processor}`;
    await Deno.copyFile(binaryFor(processor), binary);
    made.push(announced(binary));
  }
  made.push(announced(await makeImage(PROCESSORS, DIST)));
  const sbom = `${DIST}/ldirectord-${VERSION}.cdx.json`;
  await Deno.copyFile(SBOM, sbom);
  made.push(announced(sbom));
  const names = made.map((path) => path.slice(DIST.length + 1)).sort();
  await Deno.writeTextFile(`${DIST}/SHA256SUMS`, await run(["sha256sum", "--", ...names], { cwd: DIST }));
  await Deno.writeTextFile(`${DIST}/RELEASE_NOTES.md`, notes);
  say(`${green("made")} dist/SHA256SUMS, dist/RELEASE_NOTES.md: release ${VERSION} is complete`);
}

/** What an earlier release has left in dist must not be taken for this one's. */
async function removeOlder(): Promise<void> {
  await Deno.mkdir(DIST, { recursive: true });
  for (const { name } of [...Deno.readDirSync(DIST)]) {
    if (/^(ldirectord2?[-_]\d|SHA256SUMS$|RELEASE_NOTES\.md$)/.test(name)) await Deno.remove(`${DIST}/${name}`);
  }
}

await release();
