/**
 * Runs a command under a kernel of its own: User-Mode Linux on this machine's root, nothing of which it changes.
 */

import { lines } from "./lines.ts";

const INIT = new URL("init", import.meta.url).pathname;
/** What the kernel needs on processors with AMX. */
const WHOLE_XSTATE = new URL("whole_xstate.c", import.meta.url).pathname;
const FOLDER_PREFIX = "ldirectord-lab-";
const BEGINS = "=== job begins";
const ENDED = "=== job ended";

/** What a kernel is booted for. */
export interface Job {
  readonly command: readonly string[];
  /** Absolute path. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** After so many seconds the kernel is ended, whatever it does. */
  readonly seconds: number;
  /** Which of the host's processors it has to itself, counted from 0; kernels at the same time want different ones. */
  readonly processor?: number;
  /** As the kernel takes it: `2G`. The host gives it only as it is used. */
  readonly memory: string;
  /** Boots systemd, and runs the job as one of its services. */
  readonly underSystemd?: boolean;
}

/**
 * Boots, runs the job, and gives each line that it prints to `onLine` at once.
 *
 * @returns the command's exit status, or undefined when the kernel ended before the command did.
 */
export async function runInUml(
  job: Job,
  onLine: (line: string) => void,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const folder = await Deno.makeTempDir({ prefix: `${FOLDER_PREFIX}${Deno.pid}-` });
  try {
    await Deno.writeTextFile(`${folder}/job`, jobScript(job));
    await compile(WHOLE_XSTATE, `${folder}/whole_xstate.so`);
    const kernel = boot(job, folder, signal);
    await relay(kernel.stdout, onLine);
    await kernel.status;
    return readNumber(`${folder}/exit`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Ends kernels, and removes folders, of runs that were killed before they could do so themselves. */
export async function sweepLeftOvers(): Promise<void> {
  const temporary = Deno.env.get("TMPDIR") ?? "/tmp";
  for (const { name, isDirectory } of Deno.readDirSync(temporary)) {
    const folder = `${temporary}/${name}`;
    if (!isDirectory || !name.startsWith(FOLDER_PREFIX) || isRunning(ownerOf(name))) continue;
    const kernel = readNumber(`${folder}/uml/lab/pid`);
    if (isRunning(kernel, folder)) Deno.kill(kernel!, "SIGKILL");
    await Deno.remove(folder, { recursive: true });
  }
}

/** The process that boots in a folder of that name: it is known from the folder's first moment on. */
function ownerOf(name: string): number | undefined {
  const pid = /^(\d+)-/.exec(name.slice(FOLDER_PREFIX.length))?.[1];
  return pid === undefined ? undefined : Number(pid);
}

async function compile(source: string, library: string): Promise<void> {
  const args = ["-shared", "-nostdlib", "-o", library, source];
  const { success, stderr } = await new Deno.Command("tcc", { args, stdout: "null" }).output();
  if (!success) throw new Error(`cannot compile ${source}: ${new TextDecoder().decode(stderr)}`);
}

function boot(job: Job, folder: string, signal?: AbortSignal): Deno.ChildProcess {
  const kernel = [
    ...["env", `LD_PRELOAD=${folder}/whole_xstate.so`, "linux.uml"],
    `mem=${job.memory}`,
    ...["rootfstype=hostfs", "rootflags=/", "ro", `init=${INIT}`],
    ...["con0=fd:0,fd:1", "con=null", "quiet", "loglevel=0"],
    ...[`uml_dir=${folder}/uml/`, "umid=lab", `job=${folder}`],
    ...(job.underSystemd ? ["pid1=systemd"] : []),
  ];
  // `timeout` makes a process group of the kernel and its processes, so that the whole of it can be ended.
  const args = ["-k", "5", String(job.seconds), "taskset", "--cpu-list", processorFor(job), ...kernel];
  return new Deno.Command("timeout", { args, stdin: "null", stdout: "piped", stderr: "null", signal }).spawn();
}

/**
 * A kernel and its programs are processes of the host that take turns: spread over several processors, each turn would
 * wake one from its sleep, which on a virtual machine takes longer than the turn.
 */
function processorFor({ processor = 0 }: Job): string {
  const allowed = allowedProcessors();
  return String(allowed[processor % allowed.length]);
}

/** proc(5): `0-3,8`. */
function allowedProcessors(): number[] {
  const [, list] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(Deno.readTextFileSync("/proc/self/status"))!;
  return list.split(",").flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

function jobScript(job: Job): string {
  const exports = Object.entries(job.environment).map(([name, value]) => `export ${name}=${quote(value)}`);
  return [...exports, `cd ${quote(job.directory)}`, `exec ${job.command.map(quote).join(" ")}`, ""].join("\n");
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Leaves out what the kernel itself says before and after the job, unless that never begins. */
async function relay(console: ReadableStream<Uint8Array<ArrayBuffer>>, onLine: (line: string) => void): Promise<void> {
  const before: string[] = [];
  let state: "booting" | "running" | "halting" = "booting";
  for await (const line of lines(console)) {
    if (line === BEGINS) state = "running";
    else if (line === ENDED) state = "halting";
    else if (state === "running") onLine(line);
    else if (state === "booting") before.push(line);
  }
  if (state === "booting") before.slice(-20).forEach(onLine);
}

function readNumber(path: string): number | undefined {
  try {
    return Number(Deno.readTextFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether there is such a process, and its command line has `argument` in it. */
function isRunning(pid: number | undefined, argument = ""): boolean {
  try {
    return pid !== undefined && Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes(argument);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
