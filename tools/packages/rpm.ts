/** The rpm for RHEL 9 and SUSE, made from the tarball by packaging/rpm/ldirectord2.spec. */

import { VERSION } from "../../src/model/version.ts";
import type { Processor } from "../denort.ts";
import { sourceDate } from "../source.ts";
import { inTemporaryFolder, run } from "./command.ts";
import { maintainer } from "./maintainer.ts";
import { ARCHITECTURES, NAME } from "./tree.ts";

const SPEC = new URL("../../packaging/rpm/ldirectord2.spec", import.meta.url).pathname;

/** Makes the rpm from the tarball of a processor that is in the folder. Returns its path. */
export async function makeRpm(processor: Processor, folder: string): Promise<string> {
  return await inTemporaryFolder(async (stage) => {
    const defined = {
      _topdir: stage,
      _sourcedir: folder,
      _rpmdir: stage,
      upstream: VERSION,
      arch: ARCHITECTURES[processor],
      packager: maintainer(),
      // The same source gives the same bytes: https://github.com/rpm-software-management/rpm/blob/master/docs/manual
      use_source_date_epoch_as_buildtime: "1",
      clamp_mtime_to_source_date_epoch: "1",
      _buildhost: "localhost",
      // What both RHEL 9 and SUSE read; zstd's level 3 takes seconds.
      _binary_payload: "w3.zstdio",
    };
    const definitions = Object.entries(defined).flatMap(([name, value]) => ["--define", `${name} ${value}`]);
    const env = { SOURCE_DATE_EPOCH: `${await sourceDate()}` };
    await run(["rpmbuild", "-bb", "--quiet", `--target=${processor}-linux`, ...definitions, SPEC], { env });
    const rpm = `${NAME}-${VERSION}-1.${processor}.rpm`;
    await run(["mv", `${stage}/${processor}/${rpm}`, folder]);
    return `${folder}/${rpm}`;
  });
}
