/**
 * Installs the Debian packages that the tests, the demo and the benchmark run: a kernel with IPVS that is an
 * ordinary process (User-Mode Linux), real web servers, and the programs to compare with.
 */

import { type Need, type Packages, PEERS, STAGE, UNPACKED, unpackedAt } from "./debian_packages.ts";
import { failureOf, loadingTrouble } from "./loading.ts";
import { fail, say, step } from "./terminal.ts";

/** apt-get neither asks nor translates. */
const APT = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };

/** Where apt keeps services from being started by their installation (Debian policy 9.3.3.3). */
const POLICY = "/usr/sbin/policy-rc.d";

/** Installs what is missing for the tests and the benchmark, or ends the program saying what to do. */
export async function setup(): Promise<void> {
  const needed = { ...STAGE, ...PEERS };
  const obstacle = await install(needed) ?? await unpack(UNPACKED) ?? await verify(needed, UNPACKED);
  if (obstacle) fail(obstacle);
}

/** Installs what is missing for the demonstration. Returns why that cannot be and what to do, or `undefined`. */
export async function installStage(): Promise<string | undefined> {
  return await install(STAGE) ?? await verify(STAGE);
}

/** Installs some of the tests' packages where they are missing, or ends the program saying what to do. */
export async function installPackages(names: readonly (keyof typeof PEERS)[]): Promise<void> {
  const needed = Object.fromEntries(names.map((name) => [name, PEERS[name]]));
  const obstacle = await install(needed) ?? await verify(needed);
  if (obstacle) fail(obstacle);
}

async function install(packages: Packages): Promise<string | undefined> {
  const missing = await missingOf(Object.keys(packages));
  if (missing === undefined) return `this is no Debian system. Needed are: ${Object.keys(packages).join(", ")}`;
  if (missing.length === 0) return undefined;
  step("Missing Debian packages");
  for (const name of missing) say(`    ${name.padEnd(22)} ${packages[name].purpose}`);
  return await installed(missing);
}

/** Installs packages by name. Returns why that cannot be and what to do, or `undefined`. */
async function installed(names: readonly string[]): Promise<string | undefined> {
  if (Deno.uid() !== 0) return `not root, so nothing was installed. As root: apt-get install ${names.join(" ")}`;
  const release = forbidServiceStarts();
  try {
    return await apt(["update", "-q"]) ?? await apt(["install", "-q", "-y", "--no-install-recommends", ...names]);
  } finally {
    release();
  }
}

async function unpack(packages: Packages): Promise<string | undefined> {
  for (const name of Object.keys(packages)) {
    const obstacle = await installDependencies(name) ?? await unpackOne(name);
    if (obstacle) return obstacle;
  }
  return undefined;
}

/** What a package is linked with and calls is installed as apt would for the package itself. */
async function installDependencies(name: string): Promise<string | undefined> {
  const args = ["install", "--simulate", "--no-install-recommends", name];
  const { success, stdout, stderr } = await new Deno.Command("apt-get", { args, env: APT, stdin: "null" }).output();
  if (!success) return `apt-get cannot install ${name}: ${new TextDecoder().decode(stderr).trim()}`;
  const planned = new TextDecoder().decode(stdout).matchAll(/^Inst (\S+)/gm);
  const missing = Array.from(planned, ([, each]) => each).filter((each) => each !== name);
  if (missing.length === 0) return undefined;
  step(`What ${name} depends on: ${missing.join(" ")}`);
  return await installed(missing);
}

async function unpackOne(name: string): Promise<string | undefined> {
  const target = unpackedAt(name);
  if (await exists(target)) return undefined;
  if (Deno.uid() !== 0) return `not root, so ${name} was not unpacked. As root: deno task setup`;
  const directory = await Deno.makeTempDir({ prefix: "ldirectord-setup-" });
  const obstacle = await apt(["download", "-q", name], directory);
  if (obstacle) return obstacle;
  const [archive] = Array.from(Deno.readDirSync(directory), (entry) => `${directory}/${entry.name}`);
  await Deno.mkdir(target, { recursive: true });
  const { success } = await new Deno.Command("dpkg-deb", { args: ["-x", archive, target] }).spawn().status;
  await Deno.remove(directory, { recursive: true });
  if (success) return undefined;
  await Deno.remove(target, { recursive: true });
  return `cannot unpack ${name}: see above`;
}

/** Loads each program once. Returns what cannot be loaded, each with its package and the cause, or `undefined`. */
async function verify(installed: Packages, unpacked: Packages = {}): Promise<string | undefined> {
  const programs = [
    ...Object.entries(installed).flatMap((entry) => programsOf(entry, "")),
    ...Object.entries(unpacked).flatMap((entry) => programsOf(entry, unpackedAt(entry[0]))),
    ...Object.entries(installed).flatMap(([name, { proofs = [] }]) =>
      proofs.map((proof) => ({ name, program: `"${proof.join(" ")}"`, trouble: failureOf(proof) }))
    ),
  ];
  const troubles: string[] = [];
  for (const { name, program, trouble } of programs) {
    const why = await trouble;
    if (why !== undefined) troubles.push(`cannot load ${program} of the package ${name}: ${why}`);
  }
  return troubles.length === 0 ? undefined : troubles.join("\n");
}

/** The programs of a package with files below a folder, each with what keeps it from being loaded. */
function programsOf([name, { starts = [], libraries }]: [string, Need], below: string) {
  return starts.map((start) => {
    const program = below + start;
    return { name, program, trouble: loadingTrouble(program, libraries === undefined ? undefined : below + libraries) };
  });
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** The packages that are not installed; undefined where there are no Debian packages. */
async function missingOf(names: readonly string[]): Promise<string[] | undefined> {
  const args = ["-W", "-f", "${Package} ${db:Status-Status}\n", ...names];
  try {
    const { stdout } = await new Deno.Command("dpkg-query", { args, stderr: "null" }).output();
    const installed = new TextDecoder().decode(stdout).split("\n");
    return names.filter((name) => !installed.includes(`${name} installed`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Keeps nginx and the others from being started where they are only wanted as programs. Returns the undoing. */
function forbidServiceStarts(): () => void {
  try {
    Deno.writeTextFileSync(POLICY, "#!/bin/sh\nexit 101\n", { createNew: true, mode: 0o755 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return () => {};
    throw error;
  }
  return () => Deno.removeSync(POLICY);
}

/** Says what to do when apt-get fails. */
async function apt(args: string[], cwd?: string): Promise<string | undefined> {
  step(`apt-get ${args.join(" ")}`);
  const { success } = await new Deno.Command("apt-get", { args, env: APT, cwd, stdin: "null" }).spawn().status;
  return success ? undefined : `apt-get ${args[0]} failed: see its words above, mend that, and run this again`;
}

if (import.meta.main) {
  await setup();
  say("Everything is installed, and every program can be loaded.");
}
