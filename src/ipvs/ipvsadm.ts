import type { Plan } from "../model/plan.ts";
import type { IpvsTable } from "../model/table.ts";
import { type IpvsDriver, IpvsUnavailable } from "./driver.ts";
import { decodeRules, decodeThresholds, encodeAction } from "./rules.ts";

/** Milliseconds that one ipvsadm may take before it is killed; 10,000 destinations take 4 s on a slow machine. */
const DEADLINE = 30_000;

/** Where ipvsadm lives; cluster managers start us with a PATH that often lacks both sbin folders. */
const SBIN = "/sbin:/usr/sbin";

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
export class Ipvsadm implements IpvsDriver {
  async read(want: { readonly thresholds: boolean }): Promise<IpvsTable> {
    const table = decodeRules((await ipvsadm(["-S", "-n"])).stdout);
    if (!want.thresholds) return table;
    return decodeThresholds((await ipvsadm(["-L", "-n", "--thresholds"])).stdout, table);
  }

  async apply(plan: Plan): Promise<readonly string[]> {
    if (plan.length === 0) return [];
    const lines = plan.map(encodeAction);
    const batch = await restore(lines);
    if (batch.every((line) => KERNEL_REFUSALS.has(line))) return batch;

    // One line that this ipvsadm cannot parse hides all that follow: give it the lines one by one, where those that
    // the batch has done already are refused harmlessly, and only what it says of unparsable ones is worth telling.
    const refusals: string[] = [];
    for (const line of lines) {
      for (const refusal of await restore([line])) {
        if (!KERNEL_REFUSALS.has(refusal)) refusals.push(`${refusal} (${line})`);
      }
    }
    return refusals;
  }
}

/** Runs `ipvsadm -R` over the lines and gives what it complained of. */
async function restore(lines: readonly string[]): Promise<readonly string[]> {
  const { stderr } = await ipvsadm(["-R"], lines.map((line) => `${line}\n`).join(""), true);
  return stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

async function ipvsadm(
  args: readonly string[],
  input = "",
  mayRefuse = false,
): Promise<{ stdout: string; stderr: string }> {
  const child = spawn(args);
  const timer = setTimeout(() => child.kill("SIGKILL"), DEADLINE);
  try {
    const [output] = await Promise.all([child.output(), feed(child, input)]);
    const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes));
    if (output.signal === "SIGKILL") {
      throw new IpvsUnavailable(`ipvsadm ${args[0]} gave no answer within ${DEADLINE / 1000} s and was killed`);
    }
    if (/Can't initialize ipvs|[Pp]ermission denied/.test(stderr) || (!output.success && !mayRefuse)) {
      throw new IpvsUnavailable(explain(stderr, output.code));
    }
    return { stdout, stderr };
  } finally {
    clearTimeout(timer);
  }
}

function spawn(args: readonly string[]): Deno.ChildProcess {
  const path = [Deno.env.get("PATH"), SBIN].filter(Boolean).join(":");
  for (const folder of path.split(":")) {
    const command = new Deno.Command(`${folder}/ipvsadm`, {
      args: [...args],
      env: { LC_ALL: "C" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
    try {
      return command.spawn();
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
