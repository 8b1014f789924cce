import { loadConfig } from "../../config/load.ts";
import { firstSecrets } from "../../config/lint/files.ts";
import type { Severity } from "../../config/language/problem.ts";
import { pidFileOwner } from "../../daemon/process/pid_file.ts";
import { type ConfigurationFacts, configurationFacts, gatherFacts, type Neighbour } from "../../doctor/facts.ts";
import { examine } from "../../doctor/examine.ts";
import type { Finding, Level } from "../../doctor/finding.ts";
import { entriesOf } from "../../system/folder.ts";
import { printNeeds } from "./doctor_real.ts";
import { ONE_CONFIGURATION } from "../base/declaration.ts";
import { wrapText } from "../base/wrap_text.ts";
import { findInstance, hasConfiguration, type Instance, runFolders } from "../base/instance.ts";
import { findAsked } from "../base/running_instance.ts";
import { type Paint, paintFor } from "../terminal/paint.ts";
import { type Tool, UsageError } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";

/** The exit statuses of `doctor`. */
const STATUS: Readonly<Record<Level, number>> = { ok: 0, advice: 1, problem: 2 };

const DECLARED = withUsage({
  name: "doctor",
  summary: "examine this machine: what a director or a real server lacks",
  forms: ["[--json] [config]", "--real ADDRESS [--method gate|masq|ipip] [--virtual ADDRESS] [config]"],
  words: ONE_CONFIGURATION,
  about: `
Examines the machine that a director runs on: the kernel and its modules, its
settings, addresses, permissions, the table. What is not as it should be is said
with the reason and the commands that set it right. Nothing is changed. Without
root the table is not looked at.

With --real, says what the real server of that address or name needs, on Debian, RHEL
and with systemd-networkd. The method and the virtual addresses come from the
configuration, or from the options where there is none.
`,
  options: {
    json: { doc: "print everything as JSON" },
    real: { value: "ADDRESS", is: "real", doc: "say what this real server needs" },
    method: { value: ["gate", "masq", "ipip"], doc: "how packets are forwarded to it" },
    virtual: { value: "ADDRESS", is: "virtual", repeats: true, doc: "an address that it serves; may be repeated" },
  },
  after: "Exit status: 0 all is well, 1 advice, 2 problems.",
});

/** Looks at the director's machine, and says what a real server needs. */
export const doctor: Tool = {
  ...DECLARED,

  async run(args) {
    const { values, words } = toolArguments(args, DECLARED);
    if (values.real !== undefined) return await printNeeds(values.real, values, words[0]);
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
  const instance = findAsked(name);
  if (name === undefined && !hasConfiguration(instance)) return undefined;
  const { model, problems, parsed } = await loadConfig(instance.file);
  const counts: Record<Severity, number> = { error: 0, warning: 0, note: 0 };
  for (const { severity } of problems) counts[severity]++;
  const secretFiles = model && parsed ? [...firstSecrets(parsed().tree, model).keys()] : [];
  return configurationFacts(instance.file, counts, model, secretFiles, runs(instance));
}

/** The other configurations that have a running daemon. */
async function neighboursOf(name: string | undefined): Promise<readonly Neighbour[]> {
  const own = findAsked(name);
  const found: Neighbour[] = [];
  for (const { name: entry } of runFolders().flatMap(entriesOf)) {
    const label = /^ldirectord\.(.+)\.pid$/.exec(entry)?.[1];
    if (!label) continue;
    const instance = findInstance(label === "ldirectord" ? undefined : label);
    if (instance.file === own.file || !runs(instance)) continue;
    const { model } = await loadConfig(instance.file);
    if (model) found.push({ file: instance.file, virtuals: new Set(model.virtuals.keys()) });
  }
  return found;
}

/** Whether the instance's daemon runs, as far as we may know. */
function runs({ pidFile }: Instance): boolean {
  try {
    return pidFileOwner(pidFile).state === "running";
  } catch {
    return false;
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
      ...why ? wrapText(why, 90).map((line) => `         ${line}`) : [],
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
