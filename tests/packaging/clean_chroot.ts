import { strictEqual } from "node:assert/strict";
import { aptSources } from "../../tools/packages/apt_sources.ts";

/** What a command ended with, and all that it printed. */
interface Ended {
  readonly code: number;
  readonly output: string;
}

/** A Debian system that has nothing but what its package manager needs, and ipvsadm. */
export interface Chroot extends AsyncDisposable {
  readonly root: string;
  run(...command: string[]): Promise<Ended>;
}

/** Makes such a system, with some packages beside. */
export async function cleanChroot(packages: readonly string[] = []): Promise<Chroot> {
  const root = await Deno.makeTempDir({ prefix: "ldirectord-chroot-" });
  const release = /^VERSION_CODENAME=(\w+)$/m.exec(await Deno.readTextFile("/etc/os-release"))![1];
  const made = await execute(
    "mmdebstrap",
    "--quiet",
    "--variant=apt",
    ...packages.map((name) => `--include=${name}`),
    release,
    root,
    ...aptSources(),
  );
  strictEqual(made.code, 0, made.output);
  return {
    root,
    run: (...command) => execute("unshare", "--mount", "sh", "-c", ENTER, "sh", root, ...command),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

/** In a chroot with /proc, which is gone with the command. */
const ENTER = `
  root=$1
  shift
  mount -t proc proc "$root/proc"
  exec chroot "$root" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin "$@"
`;

/** Runs a command to its end. */
export async function execute(command: string, ...args: string[]): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args, stdin: "null" }).output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, output: said + complained };
}
