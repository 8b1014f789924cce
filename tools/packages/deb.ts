/** The Debian package, made by debian/rules, which is packaging/debian/rules; and the source package for others. */

import { binaryFor } from "../build.ts";
import type { Processor } from "../denort.ts";
import { sourceDate } from "../source.ts";
import { fail } from "../terminal.ts";
import { inTemporaryFolder, run } from "./command.ts";
import { maintainer } from "./maintainer.ts";
import { pack } from "./tarball.ts";
import { ARCHITECTURES, copy, fillTree, NAME } from "./tree.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

/** What a package is called and says of itself; tests make one with a greater version to upgrade to. */
export interface DebOptions {
  /** With the revision of the packaging: 2.0.0-1. */
  readonly version: string;
  /** Where it is put. */
  readonly folder: string;
  readonly compression?: "xz" | "none";
  readonly processor?: Processor;
  /** Absent = what the build has made for the processor. */
  readonly program?: string;
}

/** Makes the Debian package. Returns its path. */
export async function makeDeb(options: DebOptions): Promise<string> {
  const { version, folder, compression = "xz", processor = Deno.build.arch, program = binaryFor(processor) } = options;
  return await inTemporaryFolder(async (stage) => {
    const source = `${stage}/${NAME}`;
    await fillTree(source);
    await addDebianFolder(source, version);
    const env = {
      DEB_HOST_ARCH: ARCHITECTURES[processor],
      LDIRECTORD: program,
      COMPRESSION: compression,
      SOURCE_DATE_EPOCH: `${await sourceDate()}`,
    };
    await run(["debian/rules", "binary"], { cwd: source, env });
    const name = `${NAME}_${version}_${ARCHITECTURES[processor]}.deb`;
    await run(["mv", `${stage}/${name}`, folder]);
    return `${folder}/${name}`;
  });
}

/** Makes the source package, which dpkg-buildpackage builds with a program handed to it. Returns the paths of its files. */
export async function makeDebianSource(version: string, folder: string): Promise<readonly string[]> {
  return await inTemporaryFolder(async (stage) => {
    const upstream = version.slice(0, version.lastIndexOf("-"));
    const name = `${NAME}-${upstream}`;
    await fillTree(`${stage}/${name}`);
    await pack(stage, name, `${stage}/${NAME}_${upstream}.orig.tar.gz`);
    await addDebianFolder(`${stage}/${name}`, version);
    await run(["dpkg-source", "--build", name], { cwd: stage, env: { SOURCE_DATE_EPOCH: `${await sourceDate()}` } });
    const made = [...Deno.readDirSync(stage)].filter(({ isFile }) => isFile).map((file) => file.name).sort();
    for (const file of made) await run(["mv", `${stage}/${file}`, folder]);
    return made.map((file) => `${folder}/${file}`);
  });
}

async function addDebianFolder(source: string, version: string): Promise<void> {
  const debian = `${source}/debian`;
  await copy(`${ROOT}packaging/debian`, debian);
  const template = await run(["md5sum", `${ROOT}packaging/ldirectord.cf`]);
  const values = {
    MAINTAINER: maintainer(),
    LICENSE: indented(await Deno.readTextFile(`${ROOT}LICENSE`)),
    TEMPLATE_MD5: template.slice(0, 32),
  };
  for (const name of ["control", "copyright", "postrm"]) {
    await Deno.writeTextFile(`${debian}/${name}`, filled(await Deno.readTextFile(`${debian}/${name}`), values));
  }
  await Deno.writeTextFile(`${debian}/changelog`, changelog(version, new Date(await sourceDate() * 1000)));
  await Deno.chmod(`${debian}/changelog`, 0o644);
}

function changelog(version: string, date: Date): string {
  const time = date.toUTCString().replace("GMT", "+0000");
  return `${NAME} (${version}) stable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- ${maintainer()}  ${time}\n`;
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/@([A-Z_0-9]+)@/g, (_, name: string) => values[name] ?? fail(`packaging: no value for ${name}`));
}

function indented(text: string): string {
  return text.trimEnd().split("\n").map((line) => ` ${line === "" ? "." : line}`).join("\n");
}
