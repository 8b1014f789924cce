/**
 * What may come next on a command line: the shells ask, this answers. Pure, given what there is.
 */

import { LINTS } from "../../config/lint/lints.ts";
import { isVerb, VERBS } from "../base/arguments.ts";
import type { Tools } from "../base/tool.ts";
import { OPTION_DOCS, VERB_DOCS } from "./usage.ts";

/** A word that may stand there, and what it is. */
export interface Candidate {
  readonly word: string;
  readonly what: string;
}

/** What may be named on a command line. */
export interface Nameable {
  readonly tools: Tools;
  /** Names of the configurations that are looked up by name. */
  readonly configurations: () => readonly string[];
  /** The configuration of the director that is meant where `--config` names none; absent = the default one. */
  readonly running: () => string | undefined;
  /** Real servers of a configuration, or of the default one, as they may be written. */
  readonly reals: (config: string | undefined) => readonly Candidate[];
  readonly virtuals: (config: string | undefined) => readonly Candidate[];
  readonly topics: () => readonly string[];
}

/**
 * The words that may stand in the place of the last of `words`, which are those behind the program's name; the last
 * may be empty or begun.
 */
export function candidates(words: readonly string[], there: Nameable): readonly Candidate[] {
  const begun = words[words.length - 1] ?? "";
  return possible(words.slice(0, -1), begun, there).filter(({ word }) => word.startsWith(begun));
}

function possible(before: readonly string[], begun: string, there: Nameable): readonly Candidate[] {
  const [name] = before;
  if (name !== undefined && there.tools.has(name)) return ofTool(name, before.slice(1), begun, there);
  const named = before.filter((word) => !word.startsWith("-"));
  if (begun.startsWith("-")) return verbOptions();
  if (named.length === 0) return [...verbs(), ...tools(there), ...configurations(there)];
  return named.length === 1 && !isVerb(named[0]) ? verbs() : [];
}

function verbs(): readonly Candidate[] {
  return VERBS.map((verb) => ({ word: verb, what: VERB_DOCS[verb].does.split(/[.;]/)[0] }));
}

function tools({ tools }: Nameable): readonly Candidate[] {
  return [...tools].map(([word, { summary }]) => ({ word, what: summary }));
}

function configurations({ configurations }: Nameable): readonly Candidate[] {
  return configurations().map((word) => ({ word, what: "configuration" }));
}

function verbOptions(): readonly Candidate[] {
  return OPTION_DOCS.flatMap(([options, does]) =>
    options.split(", ").map((word) => ({ word, what: does.split(/[.;]/)[0] }))
  );
}

/** What a tool's usage says of an option: whether a value follows it, and what it does. */
interface OptionUse {
  readonly takes?: string;
  readonly what: string;
}

/** The options in a usage text: `[--virtual V]` in its synopsis, `    -n, --lines N   the last N` below. */
function optionsOf(usage: string): ReadonlyMap<string, OptionUse> {
  const found = new Map<string, OptionUse>();
  const [synopsis] = usage.split("\n\n");
  for (const [, option, takes] of synopsis.matchAll(/(?<![\w-])(--?[a-z][a-z-]*)(?: ([A-Za-z][\w|]*))?/g)) {
    if (!found.has(option)) found.set(option, { takes, what: "" });
  }
  for (const line of usage.split("\n")) {
    const match = /^ {4}(-[^ ].*?)(?: {2,}(.*))?$/.exec(line);
    const value = match && / ([A-Z]\w*|[a-z]\S*(?: \S+)*)$/.exec(match[1])?.[1];
    for (const [option] of match?.[1].matchAll(/--?[a-z][a-z-]*/g) ?? []) {
      found.set(option, { takes: value ?? found.get(option)?.takes, what: match?.[2] ?? "" });
    }
  }
  return found;
}

function ofTool(name: string, before: readonly string[], begun: string, there: Nameable): readonly Candidate[] {
  const { usage } = there.tools.get(name)!;
  const options = optionsOf(usage);
  const config = configOf(before) ?? (options.has("--config") ? there.running() : undefined);
  const last = before[before.length - 1];
  if (last !== undefined && options.get(last)?.takes) {
    return valuesOf(last, options.get(last)!.takes!, config, there);
  }
  if (begun.startsWith("-")) return [...options].map(([word, { what }]) => ({ word, what }));
  const named = before.filter((word, i) => !word.startsWith("-") && !options.get(before[i - 1])?.takes);
  return placeOf(usage, named, config, there);
}

/** The configuration that `--config` names, if it does. */
function configOf(words: readonly string[]): string | undefined {
  const at = words.indexOf("--config");
  return at < 0 ? undefined : words[at + 1];
}

/** What an option's value may be. */
function valuesOf(option: string, takes: string, config: string | undefined, there: Nameable): readonly Candidate[] {
  if (option === "--config") return configurations(there);
  if (option === "--real") return there.reals(config);
  if (option === "--virtual") return there.virtuals(config);
  if (option === "--ignore") return Object.keys(LINTS).map((word) => ({ word, what: "question" }));
  if (option === "--from") return [{ word: "keepalived", what: "keepalived.conf" }];
  return takes.includes("|") ? takes.split("|").map((word) => ({ word, what: "" })) : [];
}

/** What may stand in the next place that the synopsis has for a word that is no option. */
function placeOf(
  usage: string,
  named: readonly string[],
  config: string | undefined,
  there: Nameable,
): readonly Candidate[] {
  const [synopsis] = usage.split("\n\n");
  if (/\bREAL\b/.test(synopsis) && !/--real/.test(synopsis)) return named.length === 0 ? there.reals(config) : [];
  if (/\bTOPIC\b/.test(synopsis)) return named.length === 0 ? there.topics().map((word) => ({ word, what: "" })) : [];
  if (/\[virtual\|real\]/.test(synopsis)) {
    const ofConfig = (name: string | undefined) => [...there.virtuals(name), ...there.reals(name)];
    if (named.length === 0) return [...configurations(there), ...ofConfig(undefined)];
    return named.length === 1 ? ofConfig(named[0]) : [];
  }
  return /\[config(file)?\]/.test(synopsis) && named.length === 0 ? configurations(there) : [];
}
