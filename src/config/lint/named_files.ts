/**
 * The programs and files that a configuration names.
 */

import type { NotifyTarget } from "../../model/virtual_service.ts";
import type { Directive } from "../language/directive.ts";
import { FILE_DIRECTIVES } from "../language/directive_facts.ts";
import { DIRECTIVES } from "../language/directives.ts";
import { realsOf } from "../language/own_sections.ts";
import type { Place } from "../language/problem.ts";
import type { Setting, Settings, SyntaxTree } from "../language/syntax_tree.ts";

/** A program or file that the configuration names. */
export interface NamedFile {
  readonly place: Place;
  readonly path: string;
  /** As a message names it. */
  readonly what: string;
  readonly use: FileUse;
}

/** What a file is needed for. A script need not be executable, a certificate or key is PEM. */
export type FileUse = NonNullable<Directive<unknown>["file"]> | "script";

/** What is said of a file that is not there. */
export const IS_MISSING = "is not there";

/** A command of the configuration. */
export interface NamedCommand {
  readonly directive: string;
  readonly setting: Setting<unknown>;
  readonly argv: readonly string[];
}

/** Returns the programs and files that must be there for the configuration to work, each where it is named. */
export function namedFiles(tree: SyntaxTree): readonly NamedFile[] {
  const found: NamedFile[] = [];
  for (const settings of scopesOf(tree)) {
    for (const name of FILE_DIRECTIVES) {
      const setting = settings[name];
      const path = setting && (typeof setting.value === "string" ? setting.value : argvIn(setting.value)?.[0]);
      if (!setting || !path?.startsWith("/")) continue;
      const what = name === "notify" ? "the program of notify" : `the ${name}`;
      const isScript = name === "checkcommand" && settings.checktype?.value === "external-perl";
      found.push({ place: setting, path, what, use: isScript ? "script" : DIRECTIVES[name].file });
    }
  }
  return found;
}

/** Returns the commands with their arguments, each where it is given. */
export function namedCommands(tree: SyntaxTree): readonly NamedCommand[] {
  return scopesOf(tree).flatMap((settings) =>
    FILE_DIRECTIVES.flatMap((directive) => {
      const setting = settings[directive];
      const argv = setting && argvIn(setting.value);
      return argv ? [{ directive, setting, argv }] : [];
    })
  );
}

function argvIn(value: string | readonly string[] | NotifyTarget): readonly string[] | undefined {
  if (typeof value === "string") return undefined;
  if (!("kind" in value)) return value;
  return value.kind === "program" ? value.argv : undefined;
}

/** Returns all that is set: globally, then in each section, then for each real server alone. */
export function scopesOf({ globals, sections }: SyntaxTree): readonly Settings[] {
  const ofServers = sections.flatMap((section) =>
    realsOf(section).flatMap(({ own }): readonly Settings[] =>
      // A program is run as the section says, unless the server has a directive of its own.
      own ? [{ checktype: section.settings.checktype, ...own.settings }] : []
    )
  );
  return [globals, ...sections.map(({ settings }) => settings), ...ofServers];
}
