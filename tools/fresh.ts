/**
 * `deno task fresh COMMAND`: runs a shell command, such as one of the README's, in a clone of this checkout on a Debian 12
 * that has Node, npm, git and nothing else. What a machine that is worked on has by hand is missing there, so a step that
 * set-up forgets shows.
 *
 * The system is made once by mmdebstrap from this machine's own package sources, and unpacked for each run into a folder
 * that is removed at the end (`--keep` keeps it). The command runs as root there, in mount and pid namespaces of its own,
 * so that whatever it starts ends with it. Only what is committed is tested.
 */

import { installPackages } from "./setup.ts";
import { fail, say, step } from "./terminal.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const CACHE = "/var/cache/ldirectord-tests";

/** The system that every run begins with. Its name tells what it has, so that a change of that makes a new one. */
const RELEASE = "bookworm";
const PACKAGES = ["ca-certificates", "git", "mount", "nodejs", "npm"];
const BASE = `${CACHE}/fresh-${RELEASE}-${PACKAGES.join("-")}.tar`;

const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/** What of this machine's network a run takes along: names, certificates, and settings of the package registries' clients. */
const NETWORK = ["/etc/resolv.conf", "/etc/hosts", CERTIFICATES, "/usr/local/share/ca-certificates"];

/** The whole environment of the command. */
const ENVIRONMENT = {
  HOME: "/root",
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  TERM: "dumb",
  NODE_EXTRA_CA_CERTS: CERTIFICATES,
  SSL_CERT_FILE: CERTIFICATES,
};

/** Runs in the new namespaces, with the folder of the system as $1, and the command, with its environment, behind it. */
const ENTER = `
  mount --make-rprivate / && mount --bind "$1" "$1" && mount --rbind /dev "$1/dev" && mount -t proc proc "$1/proc" &&
  mount -t sysfs sys "$1/sys" && mount -t tmpfs run "$1/run" && exec chroot "$@"`;

/** Returns the exit status of a shell command on a fresh system. */
async function runFresh(command: string, keep: boolean): Promise<number> {
  await makeBase();
  const root = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "ldirectord-fresh-" });
  try {
    await run("tar", "-xf", BASE, "-C", root, "--numeric-owner");
    await takeNetworkAlong(root);
    await run("git", "clone", "--quiet", ROOT, `${root}/root/project`);
    return await enter(root, `update-ca-certificates >/dev/null 2>&1; cd /root/project; ${command}`);
  } finally {
    if (keep) say(`Kept: ${root}`);
    else await run("rm", "-rf", "--one-file-system", root);
  }
}

async function makeBase(): Promise<void> {
  if (await exists(BASE)) return;
  step(`Making a Debian ${RELEASE} with ${PACKAGES.join(", ")}: once, about a minute`);
  await Deno.mkdir(CACHE, { recursive: true });
  const sources = await Deno.makeTempFile();
  await Deno.writeTextFile(sources, await packageSources());
  const made = `${BASE}.new.tar`;
  await run("mmdebstrap", "--quiet", "--variant=apt", `--include=${PACKAGES}`, RELEASE, made, sources);
  await Deno.rename(made, BASE);
  await Deno.remove(sources);
}

/** This machine's own, in whichever form apt has them. */
async function packageSources(): Promise<string> {
  const files = ["/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"];
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(file).catch(() => "")));
  return texts.join("\n");
}

async function takeNetworkAlong(root: string): Promise<void> {
  const settings = [...Deno.readDirSync("/etc/apt/apt.conf.d")].filter(({ name }) => name.startsWith("99"));
  for (const path of [...NETWORK, ...settings.map(({ name }) => `/etc/apt/apt.conf.d/${name}`)]) {
    await copy(path, root + path);
  }
  await copy(`${Deno.env.get("HOME") ?? "/root"}/.npmrc`, `${root}/root/.npmrc`);
}

/** Copies a file or a folder, if there is one. */
async function copy(from: string, to: string): Promise<void> {
  if (await exists(from)) await run("cp", "--dereference", "--recursive", "--no-target-directory", from, to);
}

async function enter(root: string, command: string): Promise<number> {
  const namespaces = ["--mount", "--pid", "--fork", "--kill-child"];
  const settings = Object.entries({ ...ENVIRONMENT, CI: Deno.env.get("CI") ?? "" }).map(([name, value]) =>
    `${name}=${value}`
  );
  const inside = ["/usr/bin/env", "-i", ...settings, "bash", "-c", command];
  const args = [...namespaces, "bash", "-c", ENTER, "enter", root, ...inside];
  const child = new Deno.Command("unshare", { args, stdin: "null" }).spawn();
  const interrupt = () => child.kill("SIGKILL");
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, interrupt);
  const { code } = await child.status;
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(signal, interrupt);
  return code;
}

async function run(command: string, ...args: readonly string[]): Promise<void> {
  const { success, code } = await new Deno.Command(command, { args: [...args], stdin: "null" }).spawn().status
    .catch((error) => {
      throw new Error(`cannot start ${command}: ${error.message}`);
    });
  if (!success) throw new Error(`${command} failed with status ${code}: see above`);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

if (import.meta.main) {
  const keep = Deno.args[0] === "--keep";
  const command = Deno.args.slice(keep ? 1 : 0).join(" ");
  if (command === "") fail("no command: write deno task fresh 'COMMAND', such as one of the README's");
  if (Deno.uid() !== 0) fail("deno task fresh must be run as root: it mounts file systems and calls chroot");
  await installPackages(["mmdebstrap"]);
  Deno.exit(await runFresh(command, keep).catch((error) => fail(error.message)));
}
