/**
 * `deno task package`: dist/ldirectord2_VERSION_ARCH.deb for each processor, and tarballs with the same files for other
 * systems.
 */

import { VERSION } from "../src/model/version.ts";
import { binaryFor, build } from "./build.ts";
import type { Processor } from "./denort.ts";
import { type Item, layout } from "./package_layout.ts";
import { fail, green, say, step } from "./terminal.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const DEBIAN = `${ROOT}packaging/debian`;
/** Debian's names of the processors. */
const ARCHITECTURES = { x86_64: "amd64", aarch64: "arm64" } as const satisfies Record<Processor, string>;
const NAME = "ldirectord2";
/** The revision of the packaging. */
const REVISION = 1;

/** What a package is called and says of itself; tests make one with a greater version to upgrade to. */
export interface PackageOptions {
  readonly version: string;
  /** Where it is put. */
  readonly folder: string;
  readonly compression?: "xz" | "none";
  readonly processor?: Processor;
}

/** Makes the Debian package of what has been built, and gives its path. */
export async function makeDeb(options: PackageOptions): Promise<string> {
  const { version, folder, compression = "xz", processor = Deno.build.arch } = options;
  const stage = await Deno.makeTempDir({ prefix: "ldirectord-package-" });
  try {
    await Deno.chmod(stage, 0o755);
    await fill(stage, layout(binaryFor(processor)));
    await addDebianFiles(stage, version, ARCHITECTURES[processor]);
    const deb = `${folder}/${NAME}_${version}_${ARCHITECTURES[processor]}.deb`;
    await run("dpkg-deb", "--root-owner-group", `-Z${compression}`, "-z1", "--build", stage, deb);
    return deb;
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}

async function makeTarball(processor: Processor): Promise<string> {
  const folder = `${NAME}-${VERSION}-linux-${ARCHITECTURES[processor]}`;
  const stage = await Deno.makeTempDir({ prefix: "ldirectord-package-" });
  try {
    await fill(`${stage}/${folder}`, [
      ...layout(binaryFor(processor)).filter(({ kind }) => kind !== "link"),
      { from: `${ROOT}LICENSE`, to: "LICENSE", kind: "file" },
    ]);
    const tarball = `${ROOT}dist/${folder}.tar.gz`;
    await run("tar", "--owner=0", "--group=0", "-C", stage, "-czf", tarball, folder);
    return tarball;
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}

async function fill(stage: string, items: readonly Item[]): Promise<void> {
  for (const { from, to, kind } of items) {
    const path = `${stage}/${to}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    if (kind === "link") await Deno.symlink(from, path);
    else if (kind === "gzip") await gzip(await Deno.readTextFile(from), path);
    else await Deno.copyFile(from, path);
    if (kind !== "link") await Deno.chmod(path, kind === "program" ? 0o755 : 0o644);
  }
}

async function addDebianFiles(stage: string, version: string, architecture: string): Promise<void> {
  const doc = `${stage}/usr/share/doc/${NAME}`;
  const overrides = `${stage}/usr/share/lintian/overrides`;
  await Deno.mkdir(`${stage}/DEBIAN`);
  await Deno.mkdir(overrides, { recursive: true });
  await Deno.mkdir(`${stage}/etc/ha.d/conf`, { recursive: true });
  await Deno.copyFile(`${DEBIAN}/lintian-overrides`, `${overrides}/${NAME}`);
  await write(
    `${doc}/copyright`,
    filled(await Deno.readTextFile(`${DEBIAN}/copyright`), {
      LICENSE: indented(await Deno.readTextFile(`${ROOT}LICENSE`)),
    }),
  );
  await gzip(changelog(version), `${doc}/changelog.Debian.gz`);

  const template = await run("md5sum", `${ROOT}packaging/ldirectord.cf`);
  const values = {
    VERSION: version,
    ARCHITECTURE: architecture,
    MAINTAINER: maintainer(),
    SIZE: (await run("du", "-sk", stage)).split("\t")[0],
    TEMPLATE_MD5: template.slice(0, 32),
  };
  for (const [name, mode] of [["control", 0o644], ["postinst", 0o755], ["prerm", 0o755], ["postrm", 0o755]] as const) {
    await write(`${stage}/DEBIAN/${name}`, filled(await Deno.readTextFile(`${DEBIAN}/${name}`), values), mode);
  }
  await write(`${stage}/DEBIAN/conffiles`, "/etc/logrotate.d/ldirectord\n");
  const sums = await run(
    "sh",
    "-c",
    `cd "$1" && find usr lib -type f -print0 | sort -z | xargs -0 md5sum`,
    "sh",
    stage,
  );
  await write(`${stage}/DEBIAN/md5sums`, sums);
}

function changelog(version: string): string {
  const date = new Date().toUTCString().replace("GMT", "+0000");
  return `${NAME} (${version}) stable; urgency=medium\n\n  * See README.md.\n\n -- ${maintainer()}  ${date}\n`;
}

/** As for Debian's own tools, DEBFULLNAME and DEBEMAIL name the builder of the package. */
function maintainer(): string {
  const name = Deno.env.get("DEBFULLNAME") ?? "the ldirectord authors";
  return `${name} <${Deno.env.get("DEBEMAIL") ?? "ldirectord@noreply.invalid"}>`;
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/@([A-Z_0-9]+)@/g, (_, name: string) => values[name] ?? fail(`packaging: no value for ${name}`));
}

function indented(text: string): string {
  return text.trimEnd().split("\n").map((line) => ` ${line === "" ? "." : line}`).join("\n");
}

async function write(path: string, text: string, mode = 0o644): Promise<void> {
  await Deno.writeTextFile(path, text);
  await Deno.chmod(path, mode);
}

async function gzip(text: string, path: string): Promise<void> {
  const child = new Deno.Command("gzip", { args: ["-9nc"], stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  await Deno.writeFile(path, (await child.output()).stdout);
  await Deno.chmod(path, 0o644);
}

async function run(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, stdin: "null" }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) fail(`${command} ${args[0]} failed: ${text(stderr).trim()}`);
  return text(stdout);
}

if (import.meta.main) {
  for (const processor of ["x86_64", "aarch64"] as const) {
    await build(processor);
    step(`Making the packages for ${ARCHITECTURES[processor]}`);
    const deb = await makeDeb({ version: `${VERSION}-${REVISION}`, folder: `${ROOT}dist`, processor });
    for (const path of [deb, await makeTarball(processor)]) {
      say(`${green("made")} ${path.replace(ROOT, "")}, ${megabytes(path)} MB`);
    }
  }
}

function megabytes(path: string): number {
  return Math.round(Deno.statSync(path).size / 1e6);
}
