import { helper } from "../../checkers/helper.ts";
import { type Round, runRound } from "../../checkers/run.ts";
import { checkUrl, formOf, type Given, URL_DIRECTIVES } from "../../config/check_url.ts";
import { valueOf } from "../../config/cf/outline.ts";
import { valueExtent } from "../../config/language/quotes.ts";
import { isPassword, type SecretDirective, type StepDirective } from "../../config/language/directive_facts.ts";
import { findDirective } from "../../config/language/directives.ts";
import { type Loaded, loadTree } from "../../config/load.ts";
import { whyUnreadable } from "../../config/unreadable.ts";
import { rounded } from "../../daemon/records/check_records.ts";
import { checksIn, type CheckUser, usersOf } from "../../director/check_users.ts";
import { formatEndpoint, type IpAddress } from "../../model/address.ts";
import {
  type Check,
  couldNotBeMade,
  expectsHeaders,
  isAskedByHelper,
  looksAtFile,
  RECEIVE_HINT,
} from "../../model/check.ts";
import { givenNames, type Model } from "../../model/virtual_service.ts";
import type { Option, Options } from "../base/declaration.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { ExitWith } from "../base/exit_with.ts";
import { findInstance, hasConfiguration } from "../base/instance.ts";
import { findAsked } from "../base/running_instance.ts";
import { loadInstance } from "../base/load_instance.ts";
import { type Paint, paintFor } from "../terminal/paint.ts";
import { runRounds } from "./run_rounds.ts";
import { type Tool, UsageError } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";

/** The exit statuses of `probe`. */
const STATUS = { up: 0, down: 1, notAsked: 2 } as const;

/** Directives that may take their value from a file: every user can see a command line. */
const FROM_FILES: Readonly<Record<Exclude<Given[0] & SecretDirective, StepDirective>, string>> = {
  passwd: "the password; - is standard input",
  secret: "the secret shared with a radius server",
  requestheader: "headers that must stay secret, such as one with a token, one a line",
};

/** The option for a file with the lines of a dialogue. */
const DIALOGUE_FILE = "dialoguefile";

const FILE_OPTIONS: Options = {
  ...Object.fromEntries(Object.entries(FROM_FILES).map(([name, doc]) => [`${name}file`, { value: "FILE", doc }])),
  [DIALOGUE_FILE]: { value: "FILE", doc: "the lines send = … and expect = … of a dialogue" },
};

const ON_COMMAND_LINE = URL_DIRECTIVES.filter((name) => !isPassword(name));

/** The option that stands for a directive. Whether it may be repeated is known of the directive, see {@link given}. */
function directiveOption(form: string): Option {
  return { value: form.includes("|") ? form.split("|") : form, repeats: true };
}

const DECLARED = withUsage({
  name: "probe",
  summary: "run the checks now, and show each conversation and its verdict",
  forms: ["[--json] [config] [virtual|real]", "[options] URL"],
  words: [["configuration", "virtual", "real"], ["virtual", "real"]],
  about: `
Asks real servers as the daemon would, once, and shows what was said. Without
a virtual or real server, all of the configuration are asked. No daemon is
needed, and none is disturbed.

A URL asks one server without any configuration:

    ldirectord probe http://10.0.0.2/health --receive OK
    ldirectord probe smtp://10.0.0.2         any service, at its own port
    ldirectord probe tcp://10.0.0.2:8080     a connection
    ldirectord probe ping://10.0.0.2         an echo
`,
  options: {
    json: { doc: "print everything as JSON" },
    timeout: { value: "SECONDS", doc: "how long the check may take (5)" },
    ...FILE_OPTIONS,
  },
  further: {
    intro: "With a URL, the directives of a check are options, too:",
    options: Object.fromEntries(ON_COMMAND_LINE.map((name) => [name, directiveOption(formOf(name))])),
  },
  after: "Exit status: 0 all are up, 1 one is down, 2 one could not be asked.",
});

/** Runs checks now and shows their conversations. */
export const probe: Tool = {
  ...DECLARED,

  async run(args) {
    const { values, further, words } = toolArguments(args, DECLARED);
    const all = { ...values, ...further };
    const isUrl = words.length === 1 && words[0].includes("://");
    const chosen = isUrl ? await chooseByUrl(words[0], await given(all)) : await choose(words, all);
    return await runAll(chosen, values.json === true, paintFor(Deno.stdout));
  },
};

/** What is asked, and for whom. */
interface Probe {
  readonly check: Check;
  /** Absent for a URL. */
  readonly users: readonly CheckUser[];
  /** Them in words, with a blank in front; empty for a URL. */
  readonly servers: string;
}

/** The options that were given, by their names. */
type Values = Readonly<Record<string, unknown>>;

/** The directives on the command line. */
async function given(all: Values): Promise<readonly Given[]> {
  const directives = ON_COMMAND_LINE.flatMap((name) => {
    const texts = (all[name] ?? []) as readonly string[];
    if (texts.length > 1 && !repeats(name)) throw new UsageError(`--${name} is given twice`);
    return texts.map((text): Given => [name, text]);
  });
  for (const name of Object.keys(FROM_FILES) as (keyof typeof FROM_FILES)[]) {
    const file = all[`${name}file`];
    if (typeof file !== "string") continue;
    const [first, ...rest] = await linesFrom(file);
    directives.push([name, first]);
    if (repeats(name)) directives.push(...rest.filter(Boolean).map((line): Given => [name, line]));
  }
  const dialogue = all[DIALOGUE_FILE];
  if (typeof dialogue === "string") directives.push(...stepsOf(await linesFrom(dialogue), dialogue));
  const seconds = typeof all.timeout === "string" ? all.timeout : "5";
  return [["checktimeout", seconds], ["negotiatetimeout", seconds], ...directives];
}

/** The steps of a dialogue, as a section of a configuration file has them. */
function stepsOf(lines: readonly string[], file: string): readonly Given[] {
  return lines.flatMap((line, i): readonly Given[] => {
    const text = line.trim();
    if (text === "" || text.startsWith("#")) return [];
    const [, name, rest] = /^(send|expect)\s*=\s*(.*)$/.exec(text) ?? [];
    if (name !== "send" && name !== "expect") {
      throw new UsageError(`line ${i + 1} of ${file} is neither send = … nor expect = …`);
    }
    const raw = rest.slice(0, valueExtent(rest, 0).end);
    const reading = findDirective(name)!.row.value.read(raw);
    if ("mistake" in reading) throw new UsageError(`line ${i + 1} of ${file}: ${name}: ${reading.mistake.text}`);
    const value = valueOf(name, raw);
    return typeof value === "string" ? [[name, value]] : [];
  });
}

function repeats(name: Given[0]): boolean {
  return findDirective(name)?.row.repeats === true;
}

async function linesFrom(file: string): Promise<readonly string[]> {
  try {
    const text = file === "-" ? await new Response(Deno.stdin.readable).text() : await Deno.readTextFile(file);
    return text.split("\n").map((line) => line.trimEnd());
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${whyUnreadable(error)}`);
  }
}

async function chooseByUrl(url: string, directives: readonly Given[]): Promise<readonly Probe[]> {
  const parsed = checkUrl(url, directives);
  if (typeof parsed === "string") throw new UsageError(parsed);
  const { model, problems }: Loaded = await loadTree(url, () => parsed);
  const error = problems.find(({ severity }) => severity === "error");
  if (error) throw new UsageError(`${error.text}${error.hint ? `; ${error.hint}` : ""}`);
  if (!model || model.unresolved.length > 0) throw notAsked(`${model?.unresolved[0].host ?? url} has no address`);
  return checksIn(model).map((check) => ({ check, users: [], servers: "" }));
}

/** What the words name: a configuration, something in it, or both. */
async function choose(words: readonly string[], values: Values): Promise<readonly Probe[]> {
  const option = Object.keys(values).find((name) => name !== "json");
  if (option) throw new UsageError(`--${option} is for a URL; a configuration says how its checks are made`);
  const alone = words.length === 1 && hasConfiguration(findInstance(words[0]));
  const [name, wanted] = words.length === 2 || alone ? words : [undefined, words[0]];
  const { model } = await loadInstance(findAsked(name), { quiet: true, failure: STATUS.notAsked });
  const probes = checksIn(model).flatMap((check) => {
    const users = usersOf(model, check.key).filter((user) => wanted === undefined || isMeant(user, wanted, model));
    return users.length > 0 ? [{ check, users, servers: usersText(users, model) }] : [];
  });
  if (probes.length > 0) return probes;
  if (wanted === undefined) throw notAsked(`nothing is checked in ${model.file}`);
  const unresolved = model.unresolved.some(({ host }) => host === wanted);
  throw notAsked(
    unresolved ? `${wanted} has no address` : `nothing that is checked is called ${wanted} in ${model.file}`,
  );
}

/** Returns the end of a command that makes no check. */
function notAsked(why: string): ExitWith {
  return new ExitWith(STATUS.notAsked, `ldirectord probe: ${why}`);
}

/** By address and port, by address, by the name of the host or of the service, or by the mark. */
function isMeant({ virtual, real }: CheckUser, wanted: string, model: Model): boolean {
  const { address, port } = real.destination;
  const service = virtual.settings.address;
  const names: (string | undefined)[] = [
    virtual.key,
    virtual.label,
    virtual.serviceName,
    service.kind === "fwm" ? String(service.mark) : service.address,
    real.key,
    address,
    formatEndpoint(address, real.configuredPort),
  ];
  for (const name of givenNames(model, real)) names.push(name, `${name}:${port}`);
  return names.includes(wanted) || names.includes(wanted.replace(/^\[(.*)\]$/, "$1"));
}

/**
 * Makes a round at a closed port of this machine, so that the times of the others are right: the first
 * one loads and compiles what it needs.
 */
async function warmUp(probes: readonly Probe[]): Promise<void> {
  const [{ check }] = probes;
  if (probes.some(({ check: { method, target } }) => isAskedByHelper(method, target))) await helper.begun();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const { target } = check;
  const nobody = { ...target, address: "127.0.0.1" as IpAddress, port, origin: undefined, transport: "tcp" } as const;
  const accepted = listener.accept().then((connection) => connection.close(), () => {});
  await runRound({ ...check, target: nobody }, "connect");
  listener.close();
  await accepted;
}

async function runAll(probes: readonly Probe[], json: boolean, paint: Paint): Promise<ExitStatus> {
  await warmUp(probes);
  const rounds = runRounds(probes.map(({ check }) => check));
  const ended: Round[] = [];
  for (const [i, probe] of probes.entries()) {
    const round = await rounds[i];
    ended.push(round);
    if (!json) console.log(conversation(probe, round, paint));
  }
  if (json) console.log(JSON.stringify(report(probes, ended), undefined, 2));
  else if (probes.length > 1) console.log(`\n${summary(ended)}`);
  return STATUS[verdictOf(ended)];
}

function verdictOf(rounds: readonly Round[]): keyof typeof STATUS {
  if (rounds.some(({ result }) => couldNotBeMade(result))) return "notAsked";
  return rounds.every(({ result }) => result.up) ? "up" : "down";
}

function conversation({ check, servers }: Probe, { result, durationMs, trace }: Round, paint: Paint): string {
  const verdict = result.up
    ? paint.green("up")
    : couldNotBeMade(result)
    ? paint.yellow("not asked")
    : paint.red("down");
  const why = result.up ? "" : ` (${result.why})`;
  const isBlind = !result.up && result.why === "mismatch" && expectsHeaders(check.target);
  const lines = trace.map(({ atMs, text }) => `${paint.dim(milliseconds(atMs))}  ${text}`);
  return [
    paint.bold(nameOf(check)) + servers,
    ...lines,
    `${paint.dim(milliseconds(durationMs))}  ${verdict}${why}: ${result.detail}`,
    ...isBlind ? [`              hint: receive sees the body only: ${RECEIVE_HINT}`] : [],
  ].join("\n");
}

function milliseconds(time: number): string {
  return `${time.toFixed(1).padStart(9)} ms`;
}

function nameOf({ method, target }: Check): string {
  const kind = method === "negotiate" ? target.service : method;
  const isPortless = method === "ping" || looksAtFile(method);
  return isPortless ? `${kind} ${target.address}` : `${kind} ${formatEndpoint(target.address, target.port)}`;
}

function usersText(users: readonly CheckUser[], model: Model): string {
  const named = users.map(({ virtual, real }) => {
    const [name] = givenNames(model, real);
    return `${real.key}${name === undefined ? "" : ` (${name})`} of ${virtual.label}`;
  });
  return ` for ${named.join(", ")}`;
}

function summary(rounds: readonly Round[]): string {
  const up = rounds.filter(({ result }) => result.up).length;
  const slowest = Math.max(...rounds.map(({ durationMs }) => durationMs));
  return `${up} of ${rounds.length} checks passed; the slowest took ${slowest.toFixed(1)} ms`;
}

function report(probes: readonly Probe[], rounds: readonly Round[]) {
  return {
    version: 1,
    verdict: { up: "up", down: "down", notAsked: "not asked" }[verdictOf(rounds)],
    rounds: probes.map(({ check: { method, target }, users }, i) => {
      const { result, durationMs, trace } = rounds[i];
      return {
        method,
        service: target.service,
        address: target.address,
        port: target.port,
        users: users.map(({ virtual, real }) => ({ virtual: virtual.key, real: real.key })),
        ...result,
        durationMs: rounded(durationMs),
        trace: trace.map(({ atMs, text }) => ({ atMs: rounded(atMs), text })),
      };
    }),
  };
}
