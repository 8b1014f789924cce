import type { LintFacts } from "../../config/lint/lint.ts";
import { lint, LINTS } from "../../config/lint/lints.ts";
import { type NamedFile, namedFiles } from "../../config/lint/named_files.ts";
import { loadConfig, type Loaded, told } from "../../config/load.ts";
import { excerptOf, type Problem } from "../../config/language/problem.ts";
import type { Parsed } from "../../config/cf/parse.ts";
import { fileMode, hasOpenSsl, localAddresses, schedulers, sysctl, whyUnusable } from "../../doctor/machine.ts";
import type { Model } from "../../model/virtual_service.ts";
import { ONE_CONFIGURATION } from "../base/declaration.ts";
import { wrapText } from "../base/wrap_text.ts";
import { hasConfiguration, notFound } from "../base/instance.ts";
import { findAsked } from "../base/running_instance.ts";
import { type Paint, paintFor } from "../terminal/paint.ts";
import { type Tool, UsageError } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";

/** The exit statuses of `check`. */
const STATUS = { clean: 0, warnings: 1, errors: 2 } as const;

const DECLARED = withUsage({
  name: "check",
  summary: "test a configuration: errors, doubtful lines, what to write instead",
  forms: ["[--json] [--elsewhere] [--errors-only] [--ignore NAME[,NAME...]] [config]"],
  words: ONE_CONFIGURATION,
  about: `
Reads a configuration and says what is wrong with it, and what is allowed but
seldom meant. Nothing is changed; no daemon, no kernel and no root are needed.
`,
  options: {
    json: { doc: "the same as JSON, for programs" },
    elsewhere: { doc: "the file is meant for another machine: ask nothing of this one" },
    "errors-only": {
      doc: "say nothing of warnings and notes, and exit with 0 if they are all there is: for tools that test a file " +
        "before they install it",
    },
    ignore: {
      value: "NAMES",
      is: "lint",
      doc: "leave these questions out; a warning ends in its name in brackets, as in [http-without-receive]",
    },
  },
  after: "Exit status: 0 no problems found (perhaps with notes), 1 warnings, 2 errors.",
});

/** The configuration test: all that is wrong with a file, and all that is seldom meant. */
export const check: Tool = {
  ...DECLARED,

  async run(args) {
    const { values, words } = toolArguments(args, DECLARED);
    const ignored = ignoredLints(values.ignore);
    const instance = findAsked(words[0]);
    if (!values.json && !hasConfiguration(instance)) {
      console.error(notFound(instance));
      return STATUS.errors;
    }
    const { file } = instance;
    const loaded = await loadConfig(file);
    const all = allProblems(loaded, ignored, (parsed) => values.elsewhere ? inFiles(parsed) : factsFor(file, parsed));
    const problems = values["errors-only"] ? all.filter(({ severity }) => severity === "error") : all;
    const verdict = verdictOf(problems);
    if (values.json) console.log(JSON.stringify(report(file, loaded.model, verdict, problems), undefined, 2));
    else console.log(text(file, loaded, problems, paintFor(Deno.stdout)));
    return STATUS[verdict];
  },
};

function ignoredLints(list = ""): ReadonlySet<string> {
  const names = list.split(",").filter((name) => name !== "");
  const unknown = names.find((name) => !Object.hasOwn(LINTS, name));
  if (unknown) throw new UsageError(`there is no ${unknown}; there are ${Object.keys(LINTS).join(", ")}`);
  return new Set(names);
}

function allProblems(
  { model, parsed, problems }: Loaded,
  ignored: ReadonlySet<string>,
  factsFor: (parsed: Parsed) => LintFacts,
): readonly Problem[] {
  if (!model || !parsed) return problems;
  const read = parsed();
  const files = [undefined, ...model.included.map(({ file }) => file)];
  return [...problems, ...told(lint(read.tree, model, factsFor(read), ignored), read)]
    .sort((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column);
}

/** What the files tell of themselves, wherever they are meant for. */
function inFiles({ emptyIncludes }: Parsed): LintFacts {
  return { emptyIncludes };
}

function factsFor(file: string, parsed: Parsed): LintFacts {
  const { tree, problems: { included } } = parsed;
  const expire = sysctl("net.ipv4.vs.expire_quiescent_template");
  const modes = [file, ...included.map(({ file }) => file)].map((path) => [path, fileMode(path)] as const);
  return {
    ...inFiles(parsed),
    fileModes: new Map(modes.flatMap(([path, mode]) => mode === undefined ? [] : [[path, mode]])),
    networks: localAddresses(),
    expireQuiescentTemplate: expire === undefined ? undefined : expire !== "0",
    schedulers: schedulers(),
    unusable: unusableAmong(namedFiles(tree)),
    openSsl: hasOpenSsl(),
  };
}

function unusableAmong(files: readonly NamedFile[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { path, use } of files) {
    const why = found.has(path) ? undefined : whyUnusable(path, use);
    if (why !== undefined) found.set(path, why);
  }
  return found;
}

function verdictOf(problems: readonly Problem[]): keyof typeof STATUS {
  if (problems.some(({ severity }) => severity === "error")) return "errors";
  return problems.some(({ severity }) => severity === "warning") ? "warnings" : "clean";
}

function report(file: string, model: Model | undefined, verdict: string, problems: readonly Problem[]) {
  return { version: 1, file, verdict, ...(model ? sizeOf(model) : {}), problems };
}

function text(file: string, { model, show }: Loaded, problems: readonly Problem[], paint: Paint): string {
  const explained = new Set<string>();
  const shown = problems.map((problem) => {
    const { severity, line, column, lint: name, why, hint } = problem;
    const path = problem.file ?? file;
    const place = line > 0 ? `${path}:${line}:${column}` : path;
    const kind = { error: paint.red, warning: paint.yellow, note: paint.bold }[severity](severity);
    const [source, caret] = excerptOf(problem, show);
    const message = [`${paint.bold(place)}: ${kind}: ${problem.text}${name ? paint.dim(` [${name}]`) : ""}`];
    if (source !== undefined) message.push(source, paint.green(caret));
    if (why && name && !explained.has(name)) message.push(...wrapped("why", why));
    if (name) explained.add(name);
    if (hint) message.push(...wrapped("fix", hint));
    return message.join("\n");
  });
  return [...shown, summary(file, model, problems)].join("\n\n");
}

function summary(file: string, model: Model | undefined, problems: readonly Problem[]): string {
  const counts = (["error", "warning", "note"] as const).flatMap((severity) => {
    const count = problems.filter((problem) => problem.severity === severity).length;
    return count > 0 ? [counted(count, severity)] : [];
  });
  const verdict = counts.join(", ") || "no problems found";
  if (!model) return `${file}: ${verdict}`;
  const { virtuals, reals } = sizeOf(model);
  return `${file}: ${verdict} in ${counted(virtuals, "virtual service")} with ${counted(reals, "real server")}`;
}

function sizeOf(model: Model): { readonly virtuals: number; readonly reals: number } {
  const virtuals = [...model.virtuals.values()];
  return { virtuals: virtuals.length, reals: virtuals.reduce((sum, { reals }) => sum + reals.size, 0) };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

const WIDTH = 92;

/** `  why: text`, in lines of a readable width. */
function wrapped(label: string, text: string): string[] {
  const [first, ...rest] = wrapText(text, WIDTH);
  return [`  ${label}: ${first}`, ...rest.map((line) => `       ${line}`)];
}
