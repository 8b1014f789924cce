import { harmless } from "../../model/harmless_text.ts";
import type { Action, Plan } from "../../model/plan.ts";
import { everySoOften, inTurns, type Steps } from "../../model/steps.ts";
import { destinationKey, type IpvsTable, virtualKey } from "../../model/table.ts";
import type { IpvsTimeouts } from "../../model/ipvs.ts";
import type { SyncDaemon } from "../../model/sync.ts";
import { killChild } from "../../system/started_program.ts";
import { cleanCommand } from "../../system/clean_command.ts";
import { setNiceness } from "../../system/libc/process.ts";
import { Capability, handingDown } from "../../system/privileges.ts";
import { isInEffect } from "../change_table.ts";
import type { Counters } from "../counters.ts";
import { IpvsUnavailable, type Outcome } from "../driver.ts";
import type { KernelIpvs } from "../kernel_ipvs.ts";
import { decodeCounters } from "./counters.ts";
import { decodeSyncDaemons, startArguments } from "./sync_daemons.ts";
import { decodeTimeouts } from "./timeouts.ts";
import { decodeRulesInSteps, decodeThresholdsInSteps, encodeInSteps } from "./rules.ts";

/** How to find and bound the program. */
export interface IpvsadmOptions {
  /** Folders that are searched; cluster managers start us with a PATH that often lacks both sbin folders. */
  readonly folders: readonly string[];
  /** Milliseconds that one ipvsadm may take before it is killed; 10,000 destinations take 4 s on a slow machine. */
  readonly deadline: number;
}

function defaults(): IpvsadmOptions {
  const path = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  return { folders: [...path, "/sbin", "/usr/sbin"], deadline: 30_000 };
}

/**
 * What ipvsadm 1.31 says when the kernel refuses a change: `-R` then goes on with the next line. Anything else it
 * says means that it could not parse a line, and then it stops reading.
 */
const KERNEL_REFUSALS = new Set([
  "Service already exists",
  "Service not defined",
  "No such service",
  "Destination already exists",
  "No such destination",
  "Scheduler or persistence engine not found",
  "Memory allocation problem",
  "Invalid argument",
]);

/** The kernel's IPVS table, through the program `ipvsadm`. */
export class Ipvsadm implements KernelIpvs {
  readonly name = "ipvsadm";
  readonly #options: IpvsadmOptions;

  constructor(options: Partial<IpvsadmOptions> = {}) {
    this.#options = { ...defaults(), ...options };
  }

  async read(want: { readonly thresholds: boolean }): Promise<IpvsTable> {
    const rules = await this.#list(["-S", "-n"]);
    const table = await inTurns(decodeRulesInSteps(rules));
    if (!want.thresholds) return table;
    const thresholds = await this.#list(["-L", "-n", "--thresholds"]);
    return await inTurns(decodeThresholdsInSteps(thresholds, table));
  }

  async apply(plan: Plan): Promise<readonly Outcome[]> {
    if (plan.length === 0) return [];
    const lines = await inTurns(encodeInSteps(plan));
    const said = await this.#change(lines);
    const table = await this.read({ thresholds: plan.some(hasThresholds) });
    return await inTurns(outcomesInSteps(plan, table, said));
  }

  /** Makes the changes, and gives what was said of those that were refused. */
  async #change(lines: readonly string[]): Promise<readonly string[]> {
    const batch = await this.#restore(lines);
    if (batch.every((line) => KERNEL_REFUSALS.has(line))) return batch;

    // One line that this ipvsadm cannot parse hides all that follow: give it the lines one by one, where those that
    // the batch has done already are refused harmlessly, and only what it says of unparsable ones is worth telling.
    const refusals: string[] = [];
    for (const line of lines) {
      for (const refusal of await this.#restore([line])) {
        if (!KERNEL_REFUSALS.has(refusal)) refusals.push(`${refusal} (${line})`);
      }
    }
    return refusals;
  }

  async counters(): Promise<Counters> {
    // One after the other: each takes four descriptors, of which there are not many everywhere.
    const list = (...words: readonly string[]) => this.#list(["-L", "-n", ...words]);
    const connections = await list();
    const totals = await list("--stats", "--exact");
    const rates = await list("--rate", "--exact");
    return decodeCounters({ connections, totals, rates });
  }

  async syncDaemons(): Promise<readonly SyncDaemon[]> {
    return decodeSyncDaemons((await this.#run(["-L", "--daemon"])).stdout);
  }

  async startSyncDaemon(daemon: SyncDaemon): Promise<void> {
    await this.#run(startArguments(daemon));
  }

  async stopSyncDaemon({ role }: SyncDaemon): Promise<void> {
    await this.#run(["--stop-daemon", role]);
  }

  async timeouts(): Promise<IpvsTimeouts> {
    const timeouts = decodeTimeouts((await this.#run(["-L", "--timeout"])).stdout);
    if (!timeouts) throw new IpvsUnavailable("ipvsadm's list of the kernel's timeouts cannot be read");
    return timeouts;
  }

  async setTimeouts({ tcp, tcpFin, udp }: IpvsTimeouts): Promise<void> {
    await this.#run(["--set", String(tcp), String(tcpFin), String(udp)]);
  }

  /** Runs `ipvsadm -R` over the lines and gives what it complained of. */
  async #restore(lines: readonly string[]): Promise<readonly string[]> {
    const { stderr } = await this.#run(["-R"], lines.map((line) => `${line}\n`).join(""), true);
    return stderr.split("\n").map((line) => harmless(line.trim())).filter((line) => line !== "");
  }

  /** Runs `ipvsadm -S` or `-L` and gives its list, which is whole. */
  async #list(args: readonly string[]): Promise<string> {
    const { stdout } = await this.#run(args);
    const hasHead = args[0] !== "-L" || stdout.startsWith(LIST_HEAD);
    // Each line ends with a newline: where the last one does not, the rest of it is missing.
    if (hasHead && (stdout === "" || stdout.endsWith("\n"))) return stdout;
    throw new IpvsUnavailable(`ipvsadm ${args.join(" ")} gave a list that is not whole`);
  }

  async #run(
    args: readonly string[],
    input = "",
    mayRefuse = false,
  ): Promise<{ readonly stdout: string; readonly stderr: string }> {
    const { folders, deadline } = this.#options;
    const child = spawn(folders, args);
    const outputs = [new Output(child.stdout), new Output(child.stderr)];
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new IpvsUnavailable(`ipvsadm ${args[0]} gave no answer within ${deadline / 1000} s and was killed`));
      killChild(child);
    }, deadline);
    try {
      // Its end is not waited for: stuck in the kernel it may never come, and what it has started may keep its pipes.
      const ended = Promise.all([child.status, Promise.all(outputs.map(({ text }) => text)), feed(child, input)]);
      const [{ success, code, signal }, [stdout, stderr]] = await Promise.race([ended, late.promise]);
      if (signal !== null) throw new IpvsUnavailable(`ipvsadm ${args[0]} was killed by ${signal}`);
      if (OUT_OF_REACH.test(stderr) || (!success && !mayRefuse)) {
        throw new IpvsUnavailable(explain(stderr, code));
      }
      return { stdout, stderr };
    } finally {
      clearTimeout(timer);
      for (const output of outputs) output.drop();
    }
  }
}

/**
 * What became of each change, by the table as it is after them. Complaints come in the order of the changes, but do not say
 * of which they are: only where there is one for each that is not in effect is it known that these were refused.
 */
function* outcomesInSteps(plan: Plan, table: IpvsTable, said: readonly string[]): Steps<readonly Outcome[]> {
  const left: number[] = [];
  // An entry that is changed twice is seen by what the last change has made of it.
  const last = new Map(plan.map((action) => [entryOf(action), action]));
  for (const [i, action] of plan.entries()) {
    if (everySoOften(i)) yield;
    if (!isInEffect(last.get(entryOf(action))!, table)) left.push(i);
  }
  const outcomes = plan.map((): Outcome => ({ taken: true }));
  for (const [at, i] of left.entries()) {
    outcomes[i] = said.length === left.length
      ? { taken: false, reason: said[at] }
      : said.length > 0
      ? { taken: false, reason: said.join("; ") }
      : { taken: undefined };
  }
  return outcomes;
}

/** The entry that an action changes, as text. */
function entryOf(action: Action): string {
  const service = virtualKey(action.service.address);
  return "destination" in action ? `${service} ${destinationKey(action.destination)}` : service;
}

function hasThresholds(action: Action): boolean {
  return "destination" in action && (action.destination.upperThreshold > 0 || action.destination.lowerThreshold > 0);
}

/** How all lists of `ipvsadm -L` begin. */
const LIST_HEAD = "IP Virtual Server version ";

/** What a program writes on one of its streams. */
class Output {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  /** All of it, at its end. */
  readonly text: Promise<string>;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
    this.text = this.#read();
  }

  /** Reads no more of it. */
  drop(): void {
    this.#reader.cancel().catch(() => {});
  }

  async #read(): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
    }
  }
}

/** What ipvsadm needs of root's rights; other programs that we start do not get it. */
const NEEDED = [Capability.NET_ADMIN];

/** A change of the table goes before everything else that this host has to do, our checks included. */
const URGENT = -10;

/** What ipvsadm says when it cannot reach the kernel's table at all. */
const OUT_OF_REACH = /Can't initialize ipvs|[Pp]ermission denied/;

/** Where the program is, if it is anywhere. */
export function findIpvsadm(): string | undefined {
  return defaults().folders.map((folder) => `${folder}/ipvsadm`).find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

function spawn(folders: readonly string[], args: readonly string[]): Deno.ChildProcess {
  for (const folder of folders) {
    const command = cleanCommand(`${folder}/ipvsadm`, {
      args: [...args],
      env: { LC_ALL: "C" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
    try {
      const child = handingDown(NEEDED, () => command.spawn());
      setNiceness(child.pid, URGENT);
      return child;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) continue;
      throw new IpvsUnavailable(`ipvsadm cannot be started: ${(error as Error).message}`);
    }
  }
  throw new IpvsUnavailable("the program ipvsadm is not installed (Debian: apt-get install ipvsadm)");
}

/** Writes the input and closes the pipe; a child that ended early has said why on its standard error. */
async function feed(child: Deno.ChildProcess, input: string): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  } catch {
    await writer.abort().catch(() => {});
  }
}

function explain(stderr: string, code: number): string {
  const said = stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "").join("; ");
  if (/Can't initialize ipvs/.test(said)) {
    return /Permission denied|Operation not permitted/.test(said)
      ? `no permission to change the IPVS table: run as root (${said})`
      : `this kernel has no IPVS: load the module with modprobe ip_vs (${said})`;
  }
  return `ipvsadm failed with status ${code}: ${said || "no message"}`;
}
