/**
 * What resolving needs besides the tree: facts about the machine, gathered before, and what one load shares.
 */

import type { IpAddress } from "../../model/address.ts";
import type { Amendments } from "../../model/amendments.ts";
import type { Check, CheckKey } from "../../model/check.ts";
import type { Pattern } from "../../model/pattern.ts";
import type { KnownLists } from "../../model/real_list.ts";
import type { Names } from "./names.ts";
import type { PatternProblem } from "../../perl_regex/perl_regex.ts";
import type { ProblemList } from "../language/problem.ts";
import type { Settings } from "../language/syntax_tree.ts";

/** The machine, as far as a configuration depends on it. */
export interface Facts {
  /** Absolute path of the file. */
  readonly file: string;
  readonly names: Names;
  /** Real servers that are listed elsewhere, as they were found. */
  readonly lists: KnownLists;
  /** What an operator has changed by hand. */
  readonly amendments: Amendments;
  /**
   * A word that stands for a text in check keys: the same word for the same text as long as the process lives, and nothing
   * that tells the text.
   */
  readonly token: (text: string) => string;
}

/** One load in progress. */
export interface Load {
  readonly facts: Facts;
  readonly globals: Settings;
  readonly problems: ProblemList;
  /** Every check once, by its identity. */
  readonly checks: Map<CheckKey, Check>;
  /** Every expression compiled once. */
  readonly patterns: Map<string, Pattern | PatternProblem>;
  /** How many real servers there are so far, each address of a range being one. */
  realCount: number;
  /** Names that the file gives to addresses. */
  readonly hostNames: Map<IpAddress, string[]>;
}

/** Gives each text a number: opaque, and stable for as long as the object is kept. */
export class Tokens {
  readonly #tokens = new Map<string, string>();

  /** The word that stands for the text. */
  readonly tokenFor = (text: string): string => {
    const token = this.#tokens.get(text) ?? `#${this.#tokens.size + 1}`;
    this.#tokens.set(text, token);
    return token;
  };
}
