import { formatCf } from "../../config/cf/format.ts";
import { isYaml, loadConfig } from "../../config/load.ts";
import { parse, type Parsed } from "../../config/cf/parse.ts";
import { formatProblem } from "../../config/language/problem.ts";
import { decodeSource, encodeSource } from "../../model/source_text.ts";
import { sameTree } from "../../config/cf/same_tree.ts";
import { ONE_CONFIGURATION } from "../base/declaration.ts";
import { findInstance, hasConfiguration, notFound } from "../base/instance.ts";
import { replaceFile } from "../base/replace_file.ts";
import type { Tool } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";
import { writeAll } from "../../system/write_all.ts";

/** The exit statuses of `fmt`. */
const STATUS = { done: 0, different: 1, errors: 2 } as const;

const DECLARED = withUsage({
  name: "fmt",
  summary: "lay out a configuration evenly",
  forms: ["[--check | -w] [config]"],
  words: ONE_CONFIGURATION,
  about: `
Prints the configuration in an even layout. What it means, the order of its lines
and its remarks stay as they are. One with errors is not touched, but for lines of
virtual sections that are not indented: they are, and it is said.
`,
  options: {
    check: { doc: "print nothing, and say by the exit status whether it is laid out so" },
    write: { short: "w", doc: "write it to the file in place of the old layout" },
  },
  after: "Exit status: 0 done, 1 not laid out so (--check), 2 error in the configuration.",
});

/** Lays out a configuration. */
export const fmt: Tool = {
  ...DECLARED,

  async run(args) {
    const { values, words } = toolArguments(args, DECLARED);
    const instance = findInstance(words[0]);
    if (!hasConfiguration(instance)) {
      console.error(notFound(instance));
      return STATUS.errors;
    }
    const { file } = instance;
    const { model, problems, show } = await loadConfig(file);
    const before = decodeSource(await Deno.readFile(file));
    const { format, read } = await syntaxOf(file);
    const after = format(before);
    const repaired = !model && isRepaired(read(before), read(after));
    if (!model && !repaired) {
      for (const problem of problems.filter(({ severity }) => severity === "error")) {
        console.error(formatProblem(problem, file, show, Deno.pid));
      }
      return STATUS.errors;
    }
    if (model && !sameTree(read(before).tree, read(after).tree)) {
      throw new Error(`${file} would not mean the same`);
    }
    if (repaired) {
      console.error(
        "ldirectord fmt: lines below virtual lines are indented that were not enough: see that each belongs there",
      );
    }
    if (values.check) return before === after ? STATUS.done : STATUS.different;
    if (!values.write) await writeAll(Deno.stdout, encodeSource(after));
    else if (before !== after) await replaceFile(file, encodeSource(after));
    return STATUS.done;
  },
};

/** Whether the layout takes away errors, which only wrong indentation can be. */
function isRepaired(before: Parsed, after: Parsed): boolean {
  return before.problems.hasErrors && !after.problems.hasErrors;
}

/** How the file is read and laid out. */
async function syntaxOf(file: string) {
  if (!isYaml(file)) return { format: formatCf, read: parse };
  const [{ formatYaml }, { parseYaml }] = await Promise.all([
    import("../../config/yaml/format.ts"),
    import("../../config/yaml/read.ts"),
  ]);
  return { format: formatYaml, read: parseYaml };
}
