/**
 * A configuration as it is written, in no particular syntax: directives in their order, values as plain text or in parts,
 * remarks. What reads one syntax and writes another goes through this.
 */

import type { DirectiveName } from "../language/directives.ts";
import { ofFamily } from "../language/directive_facts.ts";
import { DIRECTIVES, findDirective } from "../language/directives.ts";
import type { Grammar } from "../language/grammar.ts";
import { unquote, unquoteLoosely, valueExtent } from "../language/quotes.ts";
import type { Place } from "../language/problem.ts";
import { type Parts, structureOf } from "../language/structured.ts";
import type { OwnBlock, Section, Setting, Settings, SyntaxTree } from "../language/syntax_tree.ts";

/** A directive with its value and the remarks that belong to it. */
export interface Entry {
  readonly name: DirectiveName;
  /** The value without quotes, or in parts where it has them. */
  readonly value: string | Parts;
  /** Lines of remarks above it; "" is an empty line. */
  readonly above: readonly string[];
  /** The remark behind it. */
  readonly behind?: string;
  /** 1-based line that it was read from. */
  readonly line: number;
  /** What is for a real server alone. */
  readonly own?: OwnEntries;
}

/** What stands between the braces of a real server. */
export interface OwnEntries {
  readonly entries: readonly Entry[];
  /** Remarks behind the last of them. */
  readonly end: readonly string[];
}

/** Virtual services: their head, then what is said of them. */
export interface OutlineSection {
  readonly head: Entry;
  readonly entries: readonly Entry[];
}

/** A whole file. */
export interface Outline {
  readonly globals: readonly Entry[];
  readonly sections: readonly OutlineSection[];
  /** Remarks behind the last directive. */
  readonly end: readonly string[];
}

/** The outline of a configuration file that has no errors. */
export function outlineOf(tree: SyntaxTree, lines: readonly string[]): Outline {
  const used = new Set<number>();
  const entriesIn = (settings: Settings): Entry[] =>
    Object.entries(settings).flatMap(([name, given]) =>
      ([given].flat() as Setting<unknown>[]).map((setting) => {
        const entry = entryOf(name as DirectiveName, setting, lines, used);
        return setting.own ? { ...entry, own: ownOf(setting.own) } : entry;
      })
    ).sort((a, b) => a.line - b.line);
  const ownOf = ({ settings, line }: OwnBlock): OwnEntries => {
    used.add(line);
    return { entries: entriesIn(settings), end: remarksAbove(lines, line) };
  };
  const groups = [...Map.groupBy(tree.sections, ({ settings }) => settings).values()];
  const sections = groups.map(([section]): OutlineSection => ({
    head: entryOf(headName(section), section.opening, lines, used),
    entries: entriesIn(section.settings),
  }));
  return { globals: entriesIn(tree.globals), sections, end: remarksBelow(lines, used) };
}

function headName({ family }: Section): DirectiveName {
  return ofFamily("virtual", family);
}

function entryOf(name: DirectiveName, setting: Place, lines: readonly string[], used: Set<number>): Entry {
  const { line, column, length } = setting;
  const text = lines[line - 1];
  used.add(line);
  const { end } = valueExtent(text, column - 1);
  const rest = text.slice(end).trim();
  const behind = rest.startsWith("#") ? rest.slice(1).trim() || undefined : undefined;
  const bare = DIRECTIVES[name] as { readonly bare?: string };
  // A name that stands alone is its own place: what it stands for is its value.
  const given = text.slice(column - 1, column - 1 + length);
  const raw = given === name && bare.bare ? bare.bare : given;
  return { name, value: valueOf(name, raw), above: remarksAbove(lines, line), behind, line };
}

/** A value as it stands in a configuration file, without its quotes or taken apart. */
export function valueOf(name: DirectiveName, raw: string): string | Parts {
  return structureOf(name)?.split(raw) ?? plainText(findDirective(name)!.row.value, raw);
}

function plainText(grammar: Grammar<unknown>, raw: string): string {
  if (!grammar.readText) return /^"[^"]*"$/.test(raw) ? raw.slice(1, -1) : raw;
  const bare = grammar.isLoose ? unquoteLoosely(raw) : unquote(raw);
  return "value" in bare ? bare.value.text : raw;
}

/** Remarks and empty lines right above a line; a single leading empty line is layout, and not kept. */
function remarksAbove(lines: readonly string[], line: number): readonly string[] {
  const remarks: string[] = [];
  for (let i = line - 2; i >= 0; i--) {
    const remark = remarkOf(lines[i]);
    if (remark === undefined) break;
    remarks.push(remark);
  }
  while (remarks.at(-1) === "") remarks.pop();
  return remarks.reverse();
}

function remarksBelow(lines: readonly string[], used: ReadonlySet<number>): readonly string[] {
  let last = 0;
  for (const line of used) last = Math.max(last, line);
  const remarks = lines.slice(last).map((line) => remarkOf(line) ?? "");
  const [first, end] = [remarks.findIndex(hasText), remarks.findLastIndex(hasText)];
  return first < 0 ? [] : remarks.slice(first, end + 1);
}

function hasText(remark: string): boolean {
  return remark !== "";
}

/** The text of a line that is only a remark, or empty; `undefined` for any other. */
function remarkOf(line: string): string | undefined {
  const text = line.trim();
  if (text !== "" && !text.startsWith("#")) return undefined;
  return text.replace(/^#\s?/, "");
}
