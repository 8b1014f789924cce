/**
 * How a tool's command line is declared. Parsing, usage, help, completion and the manual are made from it.
 */

/** What there is to choose from where a value or a word stands: completion offers it. */
export type Choice = "configuration" | "real" | "virtual" | "topic" | "lint";

/** An option, `--name`. */
export interface Option {
  /** Its letter, where it has a short form. */
  readonly short?: string;
  /** What its value is called, or the words that it may be; absent = it takes none. */
  readonly value?: string | readonly string[];
  /** What its value may be. */
  readonly is?: Choice;
  /** It may be given several times. */
  readonly repeats?: true;
  /** What it does; absent where something else of its name says it. */
  readonly doc?: string;
}

/** Options by their names, without dashes. */
export type Options = Readonly<Record<string, Option>>;

/** A tool's command line, and what is said of it. */
export interface Declaration {
  readonly name: string;
  /** One line, as `--help` lists it. */
  readonly summary: string;
  /** Not for people: no help lists it. */
  readonly hidden?: true;
  /** The ways to write it, each as what follows its name. A test holds their options to be those below. */
  readonly forms: readonly string[];
  /** For each word that may stand beside the options: what it may be. */
  readonly words: readonly (readonly Choice[])[];
  readonly options: Options;
  /** Further ones, listed below the others by name and value; each may be repeated. */
  readonly further?: { readonly intro: string; readonly options: Options };
  /** What it does, in lines and paragraphs. Indented lines are examples. */
  readonly about?: string;
  /** What follows the options: the exit status among it. */
  readonly after?: string;
}

/** `--config NAME` of tools that ask a running director. */
export const CONFIG = {
  value: "NAME",
  is: "configuration",
  doc: "the director's configuration, where several directors run",
} as const satisfies Option;

/** The words of a tool that takes a configuration. */
export const ONE_CONFIGURATION = [["configuration"]] as const;

/** Returns an option's spellings: `-n`, `--lines`. */
export function spellingsOf(name: string, { short }: Option): readonly string[] {
  return [...short === undefined ? [] : [`-${short}`], `--${name}`];
}

/** Returns an option as it is written: `-n, --lines N`. */
export function tagOf(name: string, option: Option): string {
  const value = Array.isArray(option.value) ? option.value.join("|") : option.value;
  return [spellingsOf(name, option).join(", "), ...value === undefined ? [] : [value]].join(" ");
}

/** Returns all options of a tool. */
export function allOptionsOf({ options, further }: Pick<Declaration, "options" | "further">): Options {
  return { ...options, ...further?.options };
}
