import { fromKeepalived } from "../../config/import/keepalived.ts";
import { isYaml, loadConfig, loadTree } from "../../config/load.ts";
import { type Outline, outlineOf } from "../../config/cf/outline.ts";
import { parse } from "../../config/cf/parse.ts";
import { formatProblem } from "../../config/language/problem.ts";
import { decodeSource, encodeSource } from "../../model/source_text.ts";
import { Unwritable, writeCf } from "../../config/cf/write.ts";
import { whyUnreadable } from "../../config/unreadable.ts";
import { ONE_CONFIGURATION } from "../base/declaration.ts";
import { findInstance, hasConfiguration, notFound } from "../base/instance.ts";
import { type Tool, UsageError } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";
import { writeAll } from "../../system/write_all.ts";

/** The exit statuses of `convert`. */
const STATUS = { done: 0, incomplete: 1, errors: 2 } as const;

const DECLARED = withUsage({
  name: "convert",
  summary: "write a configuration as YAML or back, or from keepalived's",
  forms: ["--to yaml|cf [config]", "--from keepalived [--to yaml|cf] FILE"],
  words: ONE_CONFIGURATION,
  about: `
Prints the configuration in another syntax, remarks included. A name that ends in
.yaml or .yml is read as YAML, any other as a configuration file; either can be
started. ldirectord.schema.json tells editors what may stand in the YAML.

From keepalived's configuration the virtual_server blocks are read; what could not
be carried over is said on standard error, with its line.
`,
  options: {
    to: { value: ["yaml", "cf"], doc: "the syntax to write; with --from it is cf unless said otherwise" },
    from: { value: ["keepalived"], doc: "read FILE as a configuration of this program" },
  },
  after: "Exit status: 0 done, 1 something could not be carried over, 2 nothing was written.",
});

/** Writes a configuration in another syntax. */
export const convert: Tool = {
  ...DECLARED,

  async run(args) {
    const { values, words } = toolArguments(args, DECLARED);
    const { from, to = from ? "cf" : undefined } = values;
    if (from !== undefined && from !== "keepalived") throw new UsageError(`--from knows keepalived, not ${from}`);
    if (to !== "yaml" && to !== "cf") throw new UsageError("say --to yaml or --to cf");
    if (from && words.length === 0) throw new UsageError("name keepalived's file, as /etc/keepalived/keepalived.conf");
    const read = from ? await readKeepalived(words[0]) : await readOwn(words[0]);
    if (!read) return STATUS.errors;
    try {
      const text = to === "yaml"
        ? (await import("../../config/yaml/write.ts")).writeYaml(read.outline)
        : writeCf(read.outline);
      await writeAll(Deno.stdout, encodeSource(text));
      return await isSound(text, to) && read.complete ? STATUS.done : STATUS.incomplete;
    } catch (error) {
      if (!(error instanceof Unwritable)) throw error;
      console.error(`ldirectord convert: line ${error.entry.line}: ${error.message}`);
      return STATUS.errors;
    }
  },
};

/** keepalived allows things that are errors here: what was written is read again, and its errors are reported. */
async function isSound(text: string, syntax: "yaml" | "cf"): Promise<boolean> {
  const read = syntax === "yaml" ? (await import("../../config/yaml/read.ts")).parseYaml : parse;
  const { problems } = await loadTree("", () => read(text));
  const errors = problems.filter(({ severity }) => severity === "error");
  for (const { line, text, hint } of errors) {
    console.error(`ldirectord convert: line ${line} of what was written: ${text}${hint ? `; ${hint}` : ""}`);
  }
  return errors.length === 0;
}

interface Source {
  readonly outline: Outline;
  /** Nothing had to be left out. */
  readonly complete: boolean;
}

async function readOwn(name: string | undefined): Promise<Source | undefined> {
  const instance = findInstance(name);
  if (!hasConfiguration(instance)) {
    console.error(notFound(instance));
    return undefined;
  }
  const { file } = instance;
  const { model, problems, show } = await loadConfig(file);
  if (!model) {
    for (const problem of problems.filter(({ severity }) => severity === "error")) {
      console.error(formatProblem(problem, file, show, Deno.pid));
    }
    return undefined;
  }
  const text = decodeSource(await Deno.readFile(file));
  if (isYaml(file)) {
    return { outline: (await import("../../config/yaml/read.ts")).parseYaml(text).outline, complete: true };
  }
  const parsed = parse(text);
  return { outline: outlineOf(parsed.tree, parsed.lines), complete: true };
}

async function readKeepalived(file: string): Promise<Source | undefined> {
  let text: string;
  try {
    text = decodeSource(await Deno.readFile(file));
  } catch (error) {
    console.error(`ldirectord convert: cannot read ${file}: ${whyUnreadable(error)}`);
    return undefined;
  }
  const { outline, notes } = fromKeepalived(text);
  for (const { line, text } of notes) console.error(`${file}:${line}: ${text}`);
  if (outline.sections.length === 0) {
    console.error(`ldirectord convert: there is no virtual_server in ${file}`);
    return undefined;
  }
  return { outline, complete: notes.length === 0 };
}
