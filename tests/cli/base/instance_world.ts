/**
 * Looks up instances on a machine that the test describes. The folders of instances are fixed, so this file is also a program
 * (see its end), which runs in a mount namespace where /etc and /run are empty.
 */

import { strictEqual } from "node:assert/strict";
import {
  configurationNames,
  findInstance,
  type Instance,
  keptFiles,
  notFound,
} from "../../../src/cli/base/instance.ts";
import { findAsked, findForStatus, findRunning, runningInstances } from "../../../src/cli/base/running_instance.ts";
import { ConfigurationLock } from "../../../src/daemon/process/configuration_lock.ts";
import { PidFile } from "../../../src/daemon/process/pid_file.ts";
import { becomeAccount } from "../../../src/system/privileges.ts";

/** What there is on the machine. */
export interface World {
  /** Paths of configurations with a virtual service in them. */
  readonly configurations?: readonly string[];
  /** Other files by their paths, with their text. */
  readonly files?: Readonly<Record<string, string>>;
  /** Links and what they lead to. */
  readonly links?: Readonly<Record<string, string>>;
  /** The folder of daemons that run as another account than root is there. */
  readonly hasOthersFolder?: boolean;
  /** Daemons that run, and the sockets of those that ended without removing them. */
  readonly daemons?: readonly DaemonSketch[];
  /** The command runs as another account than root. */
  readonly isNobody?: boolean;
}

/** A daemon with its pid file and its socket: `/run/ldirectord.www`. */
export interface DaemonSketch {
  readonly beside: string;
  /** The configuration that it runs. */
  readonly file: string;
  readonly ended?: true;
}

/** What can be asked. The answer names an instance by its configuration and its pid file. */
const LOOK_UPS = {
  findInstance: (name?: string) => shown(findInstance(name)),
  historyFile: (name?: string) => keptFiles(findInstance(name)).history,
  findRunning: (name?: string) => shown(findRunning(name)),
  findAsked: (name?: string) => shown(findAsked(name)),
  statusForPerson: (name?: string) => shown(findForStatus(name, true)),
  statusForProgram: (name?: string) => shown(findForStatus(name, false)),
  runningInstances: () => runningInstances().map(shown).sort().join(", "),
  configurationNames: () => configurationNames().join(" "),
  notFound: (name?: string) => notFound(findInstance(name)),
};

function shown({ file, pidFile }: Instance): string {
  return `${file} ${pidFile}`;
}

/** What is asked, and of which name. */
export type Question = readonly [lookUp: keyof typeof LOOK_UPS, name?: string];

/** Returns the answer to each question; where the look-up throws, the answer is the error's message. */
export async function lookUp(world: World, ...questions: readonly Question[]): Promise<readonly string[]> {
  const program = [Deno.execPath(), "run", "-A", "--no-check", new URL(import.meta.url).pathname];
  const folders = "mount -t tmpfs none /etc && mount -t tmpfs none /run && cd /run";
  const { success, stdout, stderr } = await new Deno.Command("unshare", {
    args: ["--mount", "sh", "-c", `${folders} && exec "$@"`, "sh", ...program],
    env: { LDIRECTORD_WORLD: JSON.stringify({ world, questions }) },
    signal: AbortSignal.timeout(30_000),
    stdin: "null",
  }).output();
  strictEqual(success, true, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

function make({ configurations = [], files = {}, links = {}, hasOthersFolder, daemons = [] }: World): void {
  Deno.mkdirSync("/etc/ha.d/conf", { recursive: true });
  if (hasOthersFolder) Deno.mkdirSync("/run/ldirectord");
  for (const path of configurations) Deno.writeTextFileSync(path, "virtual = 192.0.2.1:80\n");
  for (const [path, text] of Object.entries(files)) Deno.writeTextFileSync(path, text);
  for (const [path, target] of Object.entries(links)) Deno.symlinkSync(target, path);
  for (const { beside, file, ended } of daemons) {
    // A socket need not be listened at to be found.
    Deno.writeTextFileSync(`${beside}.sock`, "");
    if (ended) continue;
    PidFile.take(`${beside}.pid`);
    ConfigurationLock.take(`${beside}.pid`, file);
  }
}

if (import.meta.main) {
  const { world, questions } = JSON.parse(Deno.env.get("LDIRECTORD_WORLD")!) as {
    readonly world: World;
    readonly questions: readonly [lookUp: keyof typeof LOOK_UPS, name?: string | null][];
  };
  make(world);
  if (world.isNobody) becomeAccount({ name: "nobody", uid: 65_534, gid: 65_534 }, []);
  const answers = questions.map(([lookUp, name]) => {
    try {
      return LOOK_UPS[lookUp](name ?? undefined);
    } catch (error) {
      return (error as Error).message;
    }
  });
  console.log(JSON.stringify(answers));
}
