import type { HostRef, PortRef } from "../../config/language/endpoints.ts";
import { readTree } from "../../config/load.ts";
import type { SyntaxTree } from "../../config/language/syntax_tree.ts";
import { type Candidate, candidates } from "./completion.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { topics } from "./help_text.ts";
import { configurationNames, findInstance } from "../base/instance.ts";
import { findRunning } from "../base/running_instance.ts";
import { type Tool, UsageError } from "../base/tool.ts";
import { withUsage } from "../base/tool_usage.ts";

/**
 * For the shells' completion: prints what may stand in the place of the last argument, a word and its meaning on each
 * line, with a tab between. Looks up no names and asks no daemon: the user has pressed a key and waits.
 */
export const complete: Tool = {
  ...withUsage({
    name: "__complete",
    summary: "what may come next on a command line, for the shells",
    hidden: true,
    forms: ["WORD..."],
    words: [],
    options: {},
  }),

  async run(args, others) {
    const tools = await others();
    const running = runningName();
    const trees = await readTrees([running, ...args]);
    const found = candidates(args, {
      tools,
      configurations: configurationNames,
      running: () => running,
      reals: (config) => realsIn(trees.get(config)),
      virtuals: (config) => virtualsIn(trees.get(config)),
      topics: () => topics(tools),
    });
    for (const { word, what } of found) console.log(`${word}\t${what}`);
    return ExitStatus.done;
  },
};

/** The configuration of the director that commands speak to; `undefined` for the default one, or where several run. */
function runningName(): string | undefined {
  try {
    return findRunning().name;
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** The configurations that the words may name, and the default one. */
async function readTrees(words: readonly (string | undefined)[]): Promise<ReadonlyMap<string | undefined, SyntaxTree>> {
  const trees = new Map<string | undefined, SyntaxTree>();
  for (const name of [undefined, ...words]) {
    const { file } = findInstance(name);
    try {
      trees.set(name, await readTree(file));
    } catch {
      // There is none of that name, or it cannot be read: then nothing is known of it.
    }
  }
  return trees;
}

function realsIn(tree: SyntaxTree | undefined): readonly Candidate[] {
  const found = new Map<string, string>();
  const ports = new Map<string, Set<string>>();
  for (const { head, settings } of tree?.sections ?? []) {
    const virtual = head.value.kind === "mark" ? String(head.value.mark) : endpoint(head.value.host, head.value.port);
    for (const { value } of [...settings.real ?? [], ...settings.real6 ?? []]) {
      if (value.last) continue;
      const word = endpoint(value.host, value.port);
      found.set(word, found.has(word) ? `${found.get(word)}, ${virtual}` : `of ${virtual}`);
      const alone = endpoint(value.host, undefined);
      ports.set(alone, (ports.get(alone) ?? new Set()).add(word));
    }
  }
  const several = [...ports].filter(([, words]) => words.size > 1).map(([word]) => [word, "at all its ports"] as const);
  return [...found, ...several].map(([word, what]) => ({ word, what }));
}

function virtualsIn(tree: SyntaxTree | undefined): readonly Candidate[] {
  return (tree?.sections ?? []).map(({ head, settings }) => ({
    word: head.value.kind === "mark" ? String(head.value.mark) : endpoint(head.value.host, head.value.port),
    what: settings.servicename?.value ?? "virtual service",
  }));
}

function endpoint(host: HostRef, port: PortRef | undefined): string {
  const text = host.text.includes(":") ? `[${host.text}]` : host.text;
  return port ? `${text}:${port.text}` : text;
}
