import { VERSION } from "../../src/model/version.ts";
import { binaryFor } from "../build.ts";
import type { Processor } from "../denort.ts";
import { sourceDate } from "../source.ts";
import { inTemporaryFolder, run } from "./command.ts";
import { ARCHITECTURES, fillTree, NAME } from "./tree.ts";

/** Makes the tarball with what the build has made for a processor, or with another program. Returns its path. */
export async function makeTarball(
  processor: Processor,
  folder: string,
  program = binaryFor(processor),
): Promise<string> {
  return await inTemporaryFolder(async (stage) => {
    const name = `${NAME}-${VERSION}-linux-${ARCHITECTURES[processor]}`;
    await fillTree(`${stage}/${name}`, program);
    const tarball = `${folder}/${name}.tar.gz`;
    await pack(stage, name, tarball);
    return tarball;
  });
}

/** Packs a folder. The same content gives the same bytes, at any time and on any machine. */
export async function pack(stage: string, name: string, tarball: string): Promise<void> {
  const same = ["--sort=name", "--format=gnu", "--owner=0", "--group=0", "--numeric-owner"];
  const date = `--mtime=@${await sourceDate()}`;
  await run(["tar", ...same, date, "--use-compress-program=gzip -9n", "-C", stage, "-cf", tarball, name]);
}
