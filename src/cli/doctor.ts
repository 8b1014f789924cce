import { loadConfig } from "../config/load.ts";
import type { Severity } from "../config/problem.ts";
import { pidFileOwner } from "../daemon/pid_file.ts";
import { type ConfigurationFacts, configurationFacts, gatherFacts, type Neighbour } from "../doctor/facts.ts";
import { examine, type Finding, type Level } from "../doctor/findings.ts";
import { localAddresses } from "../doctor/machine.ts";
import { type RealNeeds, realNeeds, type RealToSetUp } from "../doctor/real_needs.ts";
import { familyOf, type IpAddress, isInNetwork, isLoopback, parseIp } from "../model/address.ts";
import type { Forwarding } from "../model/table.ts";
import type { Model } from "../model/virtual_service.ts";
import { findInstance, hasConfiguration } from "./instance.ts";
import { loadInstance } from "./load_instance.ts";
import { type Paint, paintFor } from "./paint.ts";
import { type Tool, UsageError } from "./tool.ts";
import { toolArguments } from "./tool_arguments.ts";

/** The exit statuses of `doctor`. */
const STATUS: Readonly<Record<Level, number>> = { ok: 0, advice: 1, problem: 2 };

const METHODS: readonly string[] = ["gate", "masq", "ipip"] satisfies readonly Forwarding[];

const OPTIONS = {
  json: { type: "boolean" },
  real: { type: "string" },
  method: { type: "string" },
  virtual: { type: "string", multiple: true },
} as const;

/** Looks at the director's machine, and says what a real server needs. */
export const doctor: Tool = {
  summary: "examine this machine: what a director or a real server lacks",
  usage: `Usage: ldirectord doctor [--json] [config]
       ldirectord doctor --real ADDRESS [--method gate|masq|ipip] [--virtual ADDRESS] [config]

Examines the machine that a director runs on: the kernel and its modules, its
settings, addresses, permissions, the table. What is not as it should be is said
with the reason and the commands that set it right. Nothing is changed. Without
root the table is not looked at.

With --real, says what the real server of that address needs, on Debian, RHEL
and with systemd-networkd. The method and the virtual addresses come from the
configuration, or from the options where there is none.

    --json   print everything as JSON

Exit status: 0 all is well, 1 advice, 2 problems.
`,

  async run(args) {
    const { values, words } = toolArguments(args, OPTIONS, 1);
    if (values.real !== undefined) return await sayNeeds(values.real, values, words[0]);
    if (values.method || values.virtual) throw new UsageError("--method and --virtual belong to --real ADDRESS");
    const configuration = await factsOf(words[0]);
    const facts = await gatherFacts(configuration, await neighboursOf(words[0]));
    const findings = examine(facts);
    const verdict = findings[0]?.level ?? "ok";
    if (values.json) {
      console.log(JSON.stringify({ version: 1, file: configuration?.file, verdict, findings }, undefined, 2));
    } else console.log(text(findings, configuration, paintFor(Deno.stdout)));
    return STATUS[verdict];
  },
};

/** What is known of the configuration; a default one that is not there is no matter. */
async function factsOf(name: string | undefined): Promise<ConfigurationFacts | undefined> {
  const instance = findInstance(name);
  if (name === undefined && !hasConfiguration(instance)) return undefined;
  const { model, problems } = await loadConfig(instance.file);
  const counts: Record<Severity, number> = { error: 0, warning: 0 };
  for (const { severity } of problems) counts[severity]++;
  return configurationFacts(instance.file, counts, model, pidFileOwner(instance.pidFile).state === "running");
}

/** The configurations whose daemons run beside the one that is asked about. */
async function neighboursOf(name: string | undefined): Promise<readonly Neighbour[]> {
  const own = findInstance(name);
  const found: Neighbour[] = [];
  for (const { name: entry } of runFiles()) {
    const label = /^ldirectord\.(.+)\.pid$/.exec(entry)?.[1];
    if (!label) continue;
    const instance = findInstance(label === "ldirectord" ? undefined : label);
    if (instance.file === own.file || pidFileOwner(instance.pidFile).state !== "running") continue;
    const { model } = await loadConfig(instance.file);
    if (model) found.push({ file: instance.file, virtuals: new Set(model.virtuals.keys()) });
  }
  return found;
}

function runFiles(): Iterable<Deno.DirEntry> {
  try {
    return [...Deno.readDirSync("/var/run")];
  } catch {
    return [];
  }
}

function text(
  findings: readonly Finding[],
  configuration: ConfigurationFacts | undefined,
  paint: Paint,
): string {
  const signs: Readonly<Record<Level, string>> = {
    problem: paint.red("problem"),
    advice: paint.yellow("advice "),
    ok: paint.green("ok     "),
  };
  const lines = findings.map(({ level, what, why, commands = [] }) =>
    [
      `${signs[level]}  ${level === "ok" ? what : paint.bold(what)}`,
      ...why ? wrap(why).map((line) => `         ${line}`) : [],
      ...commands.map((command) => `             ${paint.cyan(command)}`),
    ].join("\n")
  );
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  const [problems, advice] = [count("problem"), count("advice")];
  const about = configuration ? configuration.file : "no configuration; name one to have its needs looked at";
  const verdict = problems + advice === 0
    ? "all is well"
    : `${problems} problem${problems === 1 ? "" : "s"}, ${advice} piece${advice === 1 ? "" : "s"} of advice`;
  return [...lines, "", `${verdict} (${about})`].join("\n");
}

const WIDTH = 90;

function wrap(text: string): readonly string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.length - 1;
    if (lines[last] === "") lines[last] = word;
    else if (lines[last].length + 1 + word.length <= WIDTH) lines[last] += ` ${word}`;
    else lines.push(word);
  }
  return lines;
}

interface RealOptions {
  readonly json?: boolean;
  readonly method?: string;
  readonly virtual?: string[];
}

async function sayNeeds(address: string, options: RealOptions, name: string | undefined): Promise<number> {
  const ip = parseIp(address.replace(/^\[|\]$/g, ""));
  if (!ip) throw new UsageError(`not an address: ${address}`);
  const reals = options.method ? [givenReal(ip, options)] : await configuredReals(ip, name);
  if (typeof reals === "number") return reals;
  if (reals.length === 0) {
    console.error(
      `ldirectord doctor: no real server has the address ${ip} in ${findInstance(name).file}; ` +
        "without a configuration say --method gate|masq|ipip --virtual ADDRESS",
    );
    return STATUS.problem;
  }
  const needs = reals.map((real) => ({ ...real, ...realNeeds(real) }));
  if (options.json) console.log(JSON.stringify({ version: 1, address: ip, needs }, undefined, 2));
  else for (const each of needs) console.log(needsText(each, each, paintFor(Deno.stdout)));
  return STATUS.ok;
}

function givenReal(address: IpAddress, { method = "", virtual = [] }: RealOptions): RealToSetUp {
  if (!METHODS.includes(method)) throw new UsageError(`the method is gate, masq or ipip, not ${method}`);
  const virtuals = virtual.map((text) => {
    const ip = parseIp(text.replace(/^\[|\]$/g, ""));
    if (!ip || familyOf(ip) !== familyOf(address)) throw new UsageError(`not an address of the same kind: ${text}`);
    return ip;
  });
  return realToSetUp(address, method as Forwarding, virtuals);
}

/** The real server as the configuration has it: once for each method by which it is reached. */
async function configuredReals(address: IpAddress, name: string | undefined): Promise<readonly RealToSetUp[] | number> {
  const runnable = await loadInstance(findInstance(name), true);
  if (typeof runnable === "number") return STATUS.problem;
  const virtuals = virtualsByMethod(runnable.model, address);
  return [...virtuals].map(([method, addresses]) => realToSetUp(address, method, [...addresses]));
}

function virtualsByMethod(model: Model, address: IpAddress): ReadonlyMap<Forwarding, ReadonlySet<IpAddress>> {
  const found = new Map<Forwarding, Set<IpAddress>>();
  for (const { settings: { address: service }, reals } of model.virtuals.values()) {
    for (const { destination } of reals.values()) {
      if (destination.address !== address) continue;
      const known = found.get(destination.forwarding) ?? new Set();
      found.set(destination.forwarding, known);
      if (service.kind !== "fwm") known.add(service.address);
    }
  }
  return found;
}

function realToSetUp(address: IpAddress, forwarding: Forwarding, virtuals: readonly IpAddress[]): RealToSetUp {
  const networks = localAddresses().filter((network) => !isLoopback(network.address));
  const near = networks.find((network) => isInNetwork(address, network) && !virtuals.includes(network.address));
  const sameNetwork = near !== undefined && virtuals.some((virtual) => isInNetwork(virtual, near));
  return { address, forwarding, virtuals, director: near?.address, sameNetwork };
}

const METHOD_NAMES: Readonly<Record<Forwarding, string>> = {
  gate: "direct routing (gate)",
  masq: "address translation (masq)",
  ipip: "a tunnel (ipip)",
};

function needsText({ address, forwarding, virtuals }: RealToSetUp, needs: RealNeeds, paint: Paint): string {
  const serving = virtuals.length > 0 ? `, serving ${virtuals.join(", ")}` : "";
  return [
    paint.bold(`${address} is reached by ${METHOD_NAMES[forwarding]}${serving}. It needs:`),
    ...needs.steps.flatMap(({ what, why, commands }) => [
      "",
      `  ${paint.bold(what)}`,
      ...wrap(why).map((line) => `  ${line}`),
      ...commands.map((command) => `      ${paint.cyan(command)}`),
    ]),
    "",
    paint.bold("To have it after a boot, too:"),
    ...needs.recipes.flatMap(({ system, files, commands }) => [
      "",
      `  ${paint.bold(system)}`,
      ...files.flatMap((
        { path, text },
      ) => [`    ${path}:`, ...text.split("\n").map((line) => `      ${line}`.trimEnd())]),
      ...commands.map((command) => `      ${paint.cyan(`# ${command}`)}`),
    ]),
    "",
    paint.bold("To see that it worked:"),
    ...needs.proof.map((command) => `      ${paint.cyan(command)}`),
    "",
  ].join("\n");
}
