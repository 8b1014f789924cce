import { basename, resolve } from "node:path";
import { closest } from "../../config/language/closest.ts";
import type { KeptFiles } from "../../daemon/ports.ts";
import { daemonFor } from "../../daemon/process/configuration_lock.ts";
import { pidFileOwner } from "../../daemon/process/pid_file.ts";
import { entriesOf } from "../../system/folder.ts";

/** Where cluster set-ups keep configurations, searched in this order before the name is taken as it stands. */
const FOLDERS = ["/etc/ha.d", "/etc/ha.d/conf"];

/** What is run when no name is given: the first of them that is there. */
const DEFAULT_NAMES = ["ldirectord.cf", "ldirectord.yaml"];

/**
 * Where daemons leave their pid files and sockets: root's in the first of these folders, those that a service manager starts
 * as another account, which cannot write there, in the second.
 */
const [ROOTS_FOLDER, OTHERS_FOLDER] = ["/var/run", "/run/ldirectord"];

/** Returns those of the two folders that are there. */
export function runFolders(): readonly string[] {
  return isFolder(OTHERS_FOLDER) ? [ROOTS_FOLDER, OTHERS_FOLDER] : [ROOTS_FOLDER];
}

/** The name of an instance's socket there, with the instance's in it. */
export const SOCKET_NAME = /^ldirectord\.(.+)\.sock$/;

/** One configuration with the daemon that runs it. */
export interface Instance {
  /** The configuration as the command line named it; absent = the default one. */
  readonly name?: string;
  /** Absolute path of the configuration file. */
  readonly file: string;
  /** Absolute path of the daemon's pid file. */
  readonly pidFile: string;
  /** Absolute path of the daemon's control socket. */
  readonly socket: string;
  /** Absolute path of the file that shows that the daemon is alive, beside the pid file. */
  readonly pulseFile: string;
  /** Absolute path of the file that says which of the kernel's sync threads are the daemon's. */
  readonly syncFile: string;
  /** The path of the files that outlive the daemon, without what tells them apart. */
  readonly kept: string;
  /** As log lines name it: the file's last part. */
  readonly label: string;
}

/**
 * The instance that a name on the command line means: `/etc/ha.d/NAME`, `/etc/ha.d/conf/NAME`, then NAME itself.
 * Without a name it is `ldirectord.cf`, or else `ldirectord.yaml`; its pid file is `ldirectord.ldirectord.pid`. Where a daemon
 * runs that file under another of its names, the pid file and all beside it are that daemon's.
 */
export function findInstance(name?: string): Instance {
  const names = name === undefined ? DEFAULT_NAMES : [name];
  const candidates = names.flatMap((each) => [...FOLDERS.map((folder) => `${folder}/${each}`), resolve(each)]);
  const file = candidates.find(isFile) ?? resolve(names[0]);
  const own = name === undefined ? "ldirectord" : basename(name);
  const running = runningBeside(own);
  // One file has one daemon, which may have been called by another of the file's names.
  const other = running === undefined ? daemonFor(file, runFolders())?.name : undefined;
  const base = other ?? own;
  const beside = running ?? (other && runningBeside(other)) ?? siblingOf(ownFolder(), base);
  return {
    name,
    file,
    pidFile: `${beside}.pid`,
    socket: `${beside}.sock`,
    kept: `/var/lib/ldirectord/${base}`,
    pulseFile: `${beside}.pulse`,
    syncFile: `${beside}.sync`,
    label: basename(file),
  };
}

/** The path of the files of the daemon of that name, where one runs, without what tells them apart. */
function runningBeside(base: string): string | undefined {
  const candidates = runFolders().map((folder) => siblingOf(folder, base));
  return candidates.find((beside) => pidFileOwner(`${beside}.pid`).state === "running");
}

function siblingOf(folder: string, base: string): string {
  return `${folder}/ldirectord.${base}`;
}

/** Where this account would run a daemon. */
function ownFolder(): string {
  return Deno.uid() === 0 ? ROOTS_FOLDER : runFolders().at(-1)!;
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** Names of configurations that are found by name: files there that have a virtual service in them, or include some. */
export function configurationNames(): readonly string[] {
  const names = FOLDERS.flatMap((folder) =>
    entriesOf(folder).filter(({ name, isDirectory }) => !isDirectory && directs(`${folder}/${name}`))
      .map(({ name }) => name)
  );
  return [...new Set(names)].sort();
}

function directs(file: string): boolean {
  try {
    return /^(virtual6?|include)\s*[:=]/m.test(Deno.readTextFileSync(file));
  } catch {
    return false;
  }
}

/** Whether the instance's configuration file is there. */
export function hasConfiguration(instance: Instance): boolean {
  return isFile(instance.file);
}

/** The error for an instance without a configuration file: where it was looked for, and files with a similar name. */
export function notFound({ name = DEFAULT_NAMES[0] }: Instance): string {
  const where = name.startsWith("/") ? "" : ` in ${FOLDERS.join(", ")} or here`;
  const names = configurationNames();
  const stem = (file: string) => file.replace(/\.[^.]*$/, "");
  const near = names.find((each) => stem(each) === stem(name)) ?? closest(name, names);
  return `Config file ${name} not found${where}${near ? `; did you mean ${near}?` : ""}`;
}

function isFile(path: string): boolean {
  try {
    return !Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** The files of an instance that outlive its daemon. */
export function keptFiles({ kept }: Instance): KeptFiles {
  const [orders, amendments, lists] = [`${kept}.orders.json`, `${kept}.reals.json`, `${kept}.lists.json`];
  const [announced, retirement] = [`${kept}.announced.json`, `${kept}.retirement.json`];
  return {
    orders,
    amendments,
    lists,
    announced,
    retirement,
    history: `${kept}.history`,
    uptime: `${kept}.uptime.json`,
  };
}
