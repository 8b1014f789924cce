/**
 * What may come next on a command line: the shells ask, this answers. Pure, given what there is.
 */

import { LINTS } from "../../config/lint/lints.ts";
import { isVerb, VERB_OPTIONS, VERBS } from "../base/arguments.ts";
import { allOptionsOf, type Choice, type Option, spellingsOf } from "../base/declaration.ts";
import type { Tool, Tools } from "../base/tool.ts";
import { VERB_DOCS } from "./usage.ts";

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
  const tool = there.tools.get(before[0] ?? "");
  if (tool) return ofTool(tool, before.slice(1), begun, there);
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
  return VERB_OPTIONS.flatMap(({ spellings, doc }) =>
    Object.keys(spellings).map((word) => ({ word, what: doc.split(/[.;]/)[0] }))
  );
}

function ofTool(tool: Tool, before: readonly string[], begun: string, there: Nameable): readonly Candidate[] {
  const options = new Map(
    Object.entries(allOptionsOf(tool)).flatMap(([name, option]) =>
      spellingsOf(name, option).map((spelling) => [spelling, option] as const)
    ),
  );
  const config = configOf(before) ?? (Object.hasOwn(tool.options, "config") ? there.running() : undefined);
  const last = options.get(before[before.length - 1] ?? "");
  if (last?.value !== undefined) return valuesOf(last, config, there);
  if (begun.startsWith("-")) return [...options].map(([word, { doc }]) => ({ word, what: doc ?? "" }));
  const words = before.filter((word, i) => !word.startsWith("-") && options.get(before[i - 1])?.value === undefined);
  // A configuration that has been named before is the one that further words are of.
  const named = tool.words[0]?.includes("configuration") ? words[0] : undefined;
  return (tool.words[words.length] ?? []).flatMap((choice) => chosenFrom(choice, config ?? named, there));
}

/** The configuration that `--config` names, if it does. */
function configOf(words: readonly string[]): string | undefined {
  const at = words.indexOf("--config");
  return at < 0 ? undefined : words[at + 1];
}

/** What an option's value may be. */
function valuesOf({ value, is }: Option, config: string | undefined, there: Nameable): readonly Candidate[] {
  if (is !== undefined) return chosenFrom(is, config, there);
  return Array.isArray(value) ? value.map((word) => ({ word, what: "" })) : [];
}

/** What there is of a kind. */
function chosenFrom(choice: Choice, config: string | undefined, there: Nameable): readonly Candidate[] {
  switch (choice) {
    case "configuration":
      return configurations(there);
    case "real":
      return there.reals(config);
    case "virtual":
      return there.virtuals(config);
    case "topic":
      return there.topics().map((word) => ({ word, what: "" }));
    case "lint":
      return Object.keys(LINTS).map((word) => ({ word, what: "question" }));
  }
}
