/**
 * What a row of the table of directives says (see directives.ts).
 */

import type { Grammar } from "./grammar.ts";

/** Where a directive may stand: in column 0, in a virtual section, or in both. */
export type Scope = "global" | "virtual" | "both";

/** A list of steps. */
export type StepList = "dialogue";

/** One row of the table. */
export interface Directive<T> {
  readonly scope: Scope;
  readonly value: Grammar<T>;
  /** What holds when the directive is not given, in words. */
  readonly default: string;
  readonly doc: string;
  /** The version of this program that brought it; absent: the Perl program had it. */
  readonly since?: string;
  /** Each one counts; of others the last one wins. */
  readonly repeats?: true;
  /**
   * The list that its lines are steps of. Their order counts, also among lines of other directives of that list, and YAML
   * has them all in one list of that name.
   */
  readonly stepOf?: StepList;
  /** A change takes effect at a restart, and not at a reload. */
  readonly atRestart?: true;
  /** The address family of the virtual services that it is for; absent: both. */
  readonly family?: 4 | 6;
  /** Opens a section: what follows it indented belongs to it. */
  readonly opens?: true;
  /** What it stands for are lines of other files: the section above it ends with it. */
  readonly endsSection?: true;
  /** Its value may end in `{`: the lines from there to `}` are for its real servers alone. */
  readonly takesBlock?: true;
  /** May stand in such a block, as all that change something in checks may. */
  readonly ofServer?: true;
  /** What it changes in the checks of real servers; absent: nothing. */
  readonly checks?: CheckEffect;
  /** Another directive, without which it has no effect. */
  readonly needs?: DirectiveNeed;
  /** What the file that it names is needed for: it must be there for the configuration to work. */
  readonly file?: "program" | "folder" | "certificate" | "key";
  /** Whether no message may show the value. `perhaps`: some values hold a password or token, and some do not. */
  readonly secret?: "always" | "perhaps";
  /** An empty value counts as none, with a warning, as it did for the old program; of others it is an error. */
  readonly mayBeEmpty?: true;
  /** Its value is a sentence, a pattern, a password, a command: it is written in quotes. */
  readonly isFreeText?: true;
  /** The value that the name alone stands for. */
  readonly bare?: string;
  /** Accepted still, with this warning. */
  readonly outdated?: { readonly status: "deprecated" | "ignored"; readonly text: string };
}

/** What a directive needs. */
export interface DirectiveNeed {
  readonly directive: string;
  /** What is said where it is missing; absent: that there is no effect without it. */
  readonly text?: string;
  /** What to write. */
  readonly hint: string;
}

/**
 * What a directive changes in checks: which one is made (`way`), when (`schedule`), all of them, those that go to a port,
 * those over TLS, or those that name it as one of their options (see model/services.ts and service_docs.ts). Checks over TLS
 * may name one, too.
 */
export type CheckEffect = "way" | "schedule" | "all" | "port" | "tls" | "named";

/** A directive that is gone: an error which says what to write. */
export interface Replaced {
  readonly scope: Scope;
  /** The directives that took its place. */
  readonly by: string;
  readonly hint: string;
  readonly doc: string;
}
