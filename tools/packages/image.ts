/**
 * The container image: glibc, OpenSSL's libraries and the certificates of Debian, and the program; for both processors, in
 * one archive as the OCI's image specification has it (https://github.com/opencontainers/image-spec).
 */

import { VERSION } from "../../src/model/version.ts";
import { binaryFor } from "../build.ts";
import type { Processor } from "../denort.ts";
import { commitOfSource, sourceDate } from "../source.ts";
import { fail } from "../terminal.ts";
import { aptSources } from "./apt_sources.ts";
import { inTemporaryFolder, run } from "./command.ts";
import { ARCHITECTURES, NAME } from "./tree.ts";

/** The Debian release that the libraries come from. */
const RELEASE = "bookworm";

/** Their packages. */
export const PACKAGES = ["base-files", "ca-certificates", "libc6", "libgcc-s1", "libssl3"];

/** What of these packages no program of the image reads. Their copyright files stay. */
const LEFT_OUT = [
  "bin sbin boot home mnt opt srv media",
  "etc/resolv.conf etc/hostname etc/fstab etc/dpkg etc/apt etc/debconf.conf etc/default etc/init.d etc/kernel etc/ld.so.conf.d/fakeroot* etc/update-motd.d",
  "usr/bin usr/sbin usr/games usr/src usr/include usr/lib/apt usr/share/debconf usr/share/lintian usr/share/man",
  "usr/share/perl5 usr/share/pixmaps usr/share/bug usr/share/info usr/local",
  "usr/lib/*/gconv usr/lib/*/perl-base usr/lib/*/engines-3 usr/lib/*/ossl-modules usr/lib/*/audit lib/*/libmvec*",
  "var/lib/dpkg/info var/lib/apt var/cache var/backups",
].join(" ");

/** Turns what Debian's packages unpack to into a root: what their scripts would do, and folders to mount at. */
const FINISH = `
  set -e
  cd "$1"
  mkdir -p etc/ssl/certs
  find usr/share/ca-certificates -name '*.crt' | LC_ALL=C sort | xargs cat > etc/ssl/certs/ca-certificates.crt
  rm -rf usr/share/ca-certificates ${LEFT_OUT}
  find usr/share/doc -type f ! -name copyright -delete
  find . -depth -type d -empty ! -path ./proc ! -path ./sys ! -path ./dev ! -path ./run ! -path ./tmp -delete
  mkdir -p dev etc/ha.d proc run sys tmp var/lib/ldirectord var/log usr/sbin
  rm -rf dev/* run/*
  chmod 1777 tmp
  printf '%s\\n' root:x:0:0:root:/root:/usr/sbin/nologin ldirectord:x:990:990::/var/lib/ldirectord:/usr/sbin/nologin \\
    nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin > etc/passwd
  printf '%s\\n' root:x:0: ldirectord:x:990: nogroup:x:65534: > etc/group
  printf 'hosts: files dns\\n' > etc/nsswitch.conf
  rm -rf var/run
  ln -s /run var/run
`;

/** What an image may have to be fetched, in bytes. */
const LIMIT = 50_000_000;

/** A file of the image's folder, named by its content. */
interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Makes the image for some processors, of what the build has made or of another program. Returns the path of its archive. */
export async function makeImage(
  processors: readonly Processor[],
  folder: string,
  programFor = binaryFor,
): Promise<string> {
  // apt takes the packages from where this machine has its own.
  if (!(await Deno.readTextFile("/etc/os-release")).includes(`VERSION_CODENAME=${RELEASE}\n`)) {
    fail(`the image is made on Debian ${RELEASE} alone: its libraries come from there`);
  }
  return await inTemporaryFolder(async (stage) => {
    const blobs = `${stage}/image/blobs/sha256`;
    await Deno.mkdir(blobs, { recursive: true });
    const manifests = [];
    for (const processor of processors) {
      const platform = { os: "linux", architecture: ARCHITECTURES[processor] };
      manifests.push({ ...await addImage(stage, blobs, processor, programFor(processor)), platform });
    }
    const index = { schemaVersion: 2, mediaType: INDEX, manifests };
    const annotations = { "org.opencontainers.image.ref.name": VERSION };
    const top = {
      schemaVersion: 2,
      mediaType: INDEX,
      manifests: [{ ...await addDocument(blobs, index, INDEX), annotations }],
    };
    await Deno.writeTextFile(`${stage}/image/index.json`, JSON.stringify(top));
    await Deno.writeTextFile(`${stage}/image/oci-layout`, JSON.stringify({ imageLayoutVersion: "1.0.0" }));
    const archive = `${folder}/${NAME}-${VERSION}-oci.tar`;
    await tar(`${stage}/image`, archive);
    return archive;
  });
}

const INDEX = "application/vnd.oci.image.index.v1+json";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

/** Makes a root of what {@link PACKAGES} unpack to. */
export async function finishRoot(folder: string): Promise<void> {
  await run(["sh", "-c", FINISH, "sh", folder]);
}

/** Adds the image for one processor: Debian's files in one layer, which seldom change, and the program in another. */
async function addImage(
  stage: string,
  blobs: string,
  processor: Processor,
  executable: string,
): Promise<Descriptor> {
  const architecture = ARCHITECTURES[processor];
  const [base, program] = [`${stage}/${architecture}-base`, `${stage}/${architecture}-program`];
  const sources = aptSources();
  const wanted = [`--architectures=${architecture}`, `--include=${PACKAGES.join()}`];
  await run(["mmdebstrap", "--quiet", "--variant=extract", ...wanted, RELEASE, base, ...sources]);
  await finishRoot(base);
  await Deno.mkdir(`${program}/usr/sbin`, { recursive: true });
  await Deno.copyFile(executable, `${program}/usr/sbin/ldirectord`);
  await run(["chmod", "-R", "u=rwX,go=rX", program]);
  const layers = [await addLayer(blobs, base), await addLayer(blobs, program)];
  const bytes = layers.reduce((sum, { packed }) => sum + packed.size, 0);
  if (bytes > LIMIT) fail(`the image for ${architecture} has ${bytes} bytes; ${LIMIT} are allowed`);
  const created = new Date(await sourceDate() * 1000).toISOString();
  const config = {
    created,
    architecture,
    os: "linux",
    config: {
      Entrypoint: ["/usr/sbin/ldirectord"],
      Cmd: ["--foreground", "start"],
      Env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "MALLOC_ARENA_MAX=1"],
      StopSignal: "SIGTERM",
      Labels: {
        "org.opencontainers.image.title": "ldirectord",
        "org.opencontainers.image.version": VERSION,
        "org.opencontainers.image.revision": await commitOfSource(),
        "org.opencontainers.image.licenses": "MIT",
      },
    },
    rootfs: { type: "layers", diff_ids: layers.map(({ unpacked }) => unpacked) },
    history: [
      { created, created_by: `Debian ${RELEASE}: ${PACKAGES.join(", ")}` },
      { created, created_by: `ldirectord ${VERSION}` },
    ],
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: await addDocument(blobs, config, CONFIG),
    layers: layers.map(({ packed }) => packed),
  };
  return await addDocument(blobs, manifest, MANIFEST);
}

/** Adds a folder's content. Returns the layer, and the digest of what it unpacks to. */
async function addLayer(blobs: string, folder: string): Promise<{ packed: Descriptor; unpacked: string }> {
  const layer = `${folder}.tar`;
  await tar(folder, layer);
  const unpacked = await digestOf(layer);
  await run(["gzip", "-9n", layer]);
  return { packed: await addFile(blobs, `${layer}.gz`, LAYER), unpacked };
}

async function addDocument(blobs: string, document: unknown, mediaType: string): Promise<Descriptor> {
  const path = await Deno.makeTempFile({ dir: blobs });
  await Deno.writeTextFile(path, JSON.stringify(document));
  return await addFile(blobs, path, mediaType);
}

async function addFile(blobs: string, path: string, mediaType: string): Promise<Descriptor> {
  const digest = await digestOf(path);
  const { size } = await Deno.stat(path);
  const blob = `${blobs}/${digest.slice("sha256:".length)}`;
  await Deno.rename(path, blob);
  await Deno.chmod(blob, 0o644);
  return { mediaType, digest, size };
}

async function digestOf(path: string): Promise<string> {
  return `sha256:${(await run(["sha256sum", path])).split(" ")[0]}`;
}

/** Packs what is in a folder. The same content gives the same bytes. */
async function tar(folder: string, archive: string): Promise<void> {
  const same = ["--sort=name", "--format=gnu", "--numeric-owner", "--owner=0", "--group=0"];
  await run(["tar", ...same, `--mtime=@${await sourceDate()}`, "-C", folder, "-cf", archive, "."]);
}
