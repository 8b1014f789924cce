/**
 * text -> syntax tree. The grammar is one of lines: globals in column 0, `virtual` opens a section,
 * the section's lines are indented. Blank lines and comments end nothing.
 */

import { atOnce, everySoOften, type Steps } from "../../model/steps.ts";
import { closest } from "../language/closest.ts";
import type { Directive } from "../language/directive.ts";
import { SERVER_DIRECTIVES } from "../language/directive_facts.ts";
import { type DirectiveName, DIRECTIVES, findDirective, REPLACED } from "../language/directives.ts";
import type { PlacedHead } from "../language/endpoints.ts";
import { givenTwice, type Place, ProblemList } from "../language/problem.ts";
import { type ValueExtent, valueExtent } from "../language/quotes.ts";
import { countSteps } from "../language/step_lists.ts";
import type { Section, Setting, Settings, SyntaxTree } from "../language/syntax_tree.ts";
import { showCf, type ShowLine, shownName } from "../language/shown.ts";

/** What came of a text. With errors among the problems, the tree has what could be read. */
export interface Parsed {
  readonly tree: SyntaxTree;
  readonly problems: ProblemList;
  readonly lines: readonly string[];
  /** What messages may show of them. */
  readonly show: ShowLine;
  /** How a hint, worded for a configuration file, reads in the syntax of a file of it; absent: as it is. */
  readonly spell?: (hint: string, file?: string) => string;
  /** Patterns of `include` that match no file. */
  readonly emptyIncludes?: readonly Place[];
}

/** Where the lines of a text are counted from, and where its problems go. */
export interface Numbering {
  /** How many lines of other files stand before its first one. */
  readonly before: number;
  readonly problems: ProblemList;
}

const LONGEST_LINE = 65_536;
const LEAST_INDENT = 4;

/** What to do with a directive that has no value, where that is allowed. */
export const LEAVE_OUT = "leave the line out";

const UNKNOWN = "Unknown command";
const BRACES = "write real = … { for a check of its own, its directives below it, and } on a line of its own";
const NAME_FIRST = "a line is name = value; ldirectord help directives lists the names";

/** Splits a text into its lines; a byte order mark, CRLF and a missing last newline do not matter. */
export function splitLines(text: string): string[] {
  return atOnce(linesOf(text));
}

/** The same as {@link splitLines}, in steps. */
export function* linesOf(text: string): Steps<string[]> {
  const lines: string[] = [];
  for (let start = text.startsWith("\u{feff}") ? 1 : 0;;) {
    if (everySoOften(lines.length)) yield;
    const end = text.indexOf("\n", start);
    const line = end < 0 ? text.slice(start) : text.slice(start, end);
    lines.push(line.endsWith("\r") ? line.slice(0, -1) : line);
    if (end < 0) return lines;
    start = end + 1;
  }
}

/** Reads a configuration. Never throws, whatever the text. */
export function parse(text: string): Parsed {
  return atOnce(parseInSteps(text));
}

/**
 * Reads a configuration. Never throws, whatever the text.
 *
 * @param numbering of a text that others stand before; absent: there are none.
 */
export function* parseInSteps(text: string, numbering?: Numbering): Steps<Parsed> {
  const lines = yield* linesOf(text);
  const parser = new Parser(numbering?.problems);
  const before = numbering?.before ?? 0;
  for (const [i, line] of lines.entries()) {
    if (everySoOften(i)) yield;
    parser.line(line, before + i + 1);
  }
  parser.end();
  return {
    tree: { globals: parser.globals, sections: parser.sections },
    problems: parser.problems,
    lines,
    show: showCf(lines),
  };
}

/** Settings while they are collected; {@link Settings} is the same with the types of the table. */
type Collected = Partial<Record<DirectiveName, Setting<unknown> | Setting<unknown>[]>>;

/** The block of a real server while its lines are read. */
interface OpenBlock {
  readonly settings: Settings;
  readonly block: { line: number };
  /** Where its brace stands. */
  readonly place: Place;
}

/** A line with a directive on it. */
interface Line {
  readonly text: string;
  /** Width of the leading blanks. */
  readonly indent: number;
  readonly name: string;
  /** Where the name stands. */
  readonly place: Place;
}

class Parser {
  readonly problems: ProblemList;
  readonly globals: Settings = {};
  readonly sections: Section[] = [];
  /** Where the lines of the open section go, if one is open. */
  #body?: Settings;
  /** The open section has lines that are not indented as they should be: it was said of the first one. */
  #isMisindented = false;
  /** The section above ended with the line of that name. */
  #endedBy?: string;
  /** The block of a real server that is open. */
  #block?: OpenBlock;

  constructor(problems: ProblemList = new ProblemList()) {
    this.problems = problems;
  }

  line(text: string, line: number): void {
    const indent = /^\s*/.exec(text)![0].length;
    if (indent === text.length || text[indent] === "#") return;
    if (text.length > LONGEST_LINE) {
      this.problems.error({ line, column: 1, length: 1 }, `the line is longer than ${LONGEST_LINE} characters`);
      return;
    }
    // deno-lint-ignore no-control-regex
    const control = text.search(/[\0-\x08\x0b-\x1f\x7f]/);
    if (control >= 0) {
      const code = text.charCodeAt(control).toString(16).padStart(2, "0");
      const message = `a control character (0x${code}) in the line`;
      this.problems.error({ line, column: control + 1, length: 1 }, message, "is this a text file?");
      return;
    }
    const name = /^[^\s=#"]*/.exec(text.slice(indent))![0];
    this.#directive({ text, indent, name, place: { line, column: indent + 1, length: Math.max(1, name.length) } });
  }

  /** To be called after the last line. */
  end(): void {
    this.#leaveBlock();
  }

  #directive(line: Line): void {
    const { text, name, place } = line;
    if (name === "}") return this.#closeBlock(line);
    const replaced = Object.hasOwn(REPLACED, name) ? REPLACED[name] : undefined;
    if (replaced) {
      this.problems.error(place, `${name} directive deprecated in favour of ${replaced.by}`, replaced.hint);
      return;
    }
    const found = findDirective(name);
    if (!found) {
      if (this.problems.isFull) return this.problems.error(place, UNKNOWN);
      const { meant, hint } = meaningOf(name);
      if (meant) this.problems.unread.add(meant);
      const shown = shownName(name, text.slice(line.indent + name.length));
      const other = name === "{" ? BRACES : shown ? undefined : NAME_FIRST;
      this.problems.error(place, shown ? `${UNKNOWN} ${shown}` : UNKNOWN, hint ?? other);
      return;
    }
    const { row } = found;
    if (this.#block && (row.opens || row.takesBlock || (line.indent === 0 && row.scope === "global"))) {
      this.#leaveBlock();
    }
    const scope = this.#block ? this.#scopeInBlock(line, found.name, this.#block) : this.#scopeOf(line, row);
    const setting = this.#setting(line, row);
    if (!setting || !scope) this.problems.unread.add(name);
    if (row.opens) this.#open(row.family ?? 4, setting as Setting<readonly PlacedHead[]> | undefined);
    else if (setting && scope) this.#store(scope, found.name, row, setting);
    if (row.takesBlock && opensBlock(text)) this.#openBlock(line, setting);
    if (row.endsSection && scope) [this.#body, this.#endedBy] = [undefined, name];
    if (row.outdated) this.problems.warning(place, row.outdated.text);
    if (!text.isWellFormed()) {
      this.problems.warning(place, "the line is not UTF-8: its bytes are taken as they are");
    }
  }

  /** The settings that a line belongs to, by its indentation and its directive's scope. */
  #scopeOf(line: Line, row: Directive<unknown>): Settings | undefined {
    const { indent, name, place } = line;
    if (indent === 0) {
      if (row.scope === "global" || (row.scope === "both" && !this.#isMisindented)) return this.globals;
      if (this.#body) this.#misindented(place, `${name} belongs to the virtual section above, but is not indented`);
      else {this.problems.error(
          place,
          `${name} belongs to a virtual section`,
          "begin one above it: virtual = host:port",
        );}
      return this.#body;
    }
    if (row.scope === "global") {
      const message = row.opens ? "a virtual section begins in column 0" : `${name} is a global directive`;
      this.problems.error(place, message, "write it without leading blanks");
      return undefined;
    }
    if (!isIndented(line)) {
      const message = `the line is indented by ${indent} blank${indent === 1 ? "" : "s"}`;
      this.#misindented({ line: place.line, column: 1, length: indent }, message);
    } else if (!this.#body) {
      const hint = row.scope === "both" ? "a global directive begins in column 0" : "begin one: virtual = host:port";
      const ended = this.#endedBy === undefined ? "" : `: it ends with ${this.#endedBy}`;
      this.problems.error(place, `an indented line, but no virtual section above it${ended}`, hint);
    }
    return this.#body;
  }

  /** The settings of a real server that a line between its braces belongs to. */
  #scopeInBlock(line: Line, name: DirectiveName, { settings }: OpenBlock): Settings | undefined {
    const { place } = line;
    if (!SERVER_DIRECTIVES.includes(name)) {
      this.problems.error(place, ...notForOne(name, " (write } above this line)"));
      return undefined;
    }
    if (isIndented(line)) return settings;
    this.#misindented(place, `${name} stands between the braces of a real server, but is not indented`);
    return settings;
  }

  #openBlock({ text, place: { line } }: Line, setting: Setting<unknown> | undefined): void {
    const column = valueExtent(text, text.indexOf("=") + 1).end;
    const block = { settings: {}, line };
    // Of a real server that cannot be read, the block is still read for its mistakes.
    if (setting) Object.assign(setting, { own: block });
    this.#block = { settings: block.settings, block, place: { line, column, length: 1 } };
  }

  #closeBlock({ text, indent, place }: Line): void {
    const block = this.#block;
    this.#block = undefined;
    if (!block) return this.problems.error(place, "there is no { above that this } closes", BRACES);
    block.block.line = place.line;
    const behind = text.slice(indent + 1).trim();
    if (behind !== "" && !behind.startsWith("#")) this.problems.error(place, "} stands alone on its line", BRACES);
  }

  #leaveBlock(): void {
    if (this.#block) this.problems.error(this.#block.place, "this { is not closed", BRACES);
    this.#block = undefined;
  }

  /** Said once of each section: its lines are probably all alike. */
  #misindented(place: Place, message: string): void {
    if (this.#isMisindented) return;
    this.#isMisindented = true;
    this.problems.error(
      place,
      message,
      `lines of a virtual section are indented by at least ${LEAST_INDENT} blanks or a tab, global ones not at all; ` +
        "ldirectord fmt -w indents them",
    );
  }

  /** The value of a line, read by the directive's grammar. */
  #setting(line: Line, row: Directive<unknown>): Setting<unknown> | undefined {
    const { text, indent, name, place } = line;
    const equals = skipBlanks(text, indent + name.length);
    if (text[equals] !== "=") return this.#withoutValue(line, row);
    const start = skipBlanks(text, equals + 1);
    const extent = valueExtent(text, start);
    const whole = text.slice(start, extent.end);
    const raw = row.takesBlock && opensBlock(text) ? whole.slice(0, -1).trimEnd() : whole;
    if (row.mayBeEmpty && isEmpty(raw)) {
      this.problems.warning(place, `${name} has no value: it counts as not set`, LEAVE_OUT);
      return undefined;
    }
    if (raw === "") {
      this.problems.error(place, `${name} needs a value`, `write ${name} = ${row.value.form}`);
      return undefined;
    }
    this.#warnOfHashes(place.line, extent);
    const reading = row.value.read(raw);
    if ("value" in reading) {
      const setting = { value: reading.value, line: place.line, column: start + 1, length: raw.length };
      if (reading.remark) this.problems.warning(setting, `${name}: ${reading.remark.text}`, reading.remark.hint);
      return setting;
    }
    const { at, length, text: message, hint } = reading.mistake;
    const subject = row.opens ? "virtual service" : name;
    this.problems.error(
      { line: place.line, column: start + at + 1, length },
      message.startsWith("must ") ? `${subject} ${message}` : `${subject}: ${message}`,
      hint,
    );
    return undefined;
  }

  #warnOfHashes(line: number, { quotedHash, touchingHash }: ValueExtent): void {
    if (quotedHash !== undefined) {
      const message = "this # is part of the value, as it stands in quotes; the old program cut the line here";
      this.problems.warning({ line, column: quotedHash + 1, length: 1 }, message);
    }
    if (touchingHash !== undefined) {
      const hint = "put the value in quotes if the # belongs to it, else a blank before the #";
      this.problems.warning({ line, column: touchingHash + 1, length: 1 }, "a comment begins here", hint);
    }
  }

  /** A name without `=`: where the table says so, it stands for a value. */
  #withoutValue(
    { text, indent, name, place }: Line,
    { bare, value }: Directive<unknown>,
  ): Setting<unknown> | undefined {
    const rest = text.slice(indent + name.length).trim();
    if (bare === undefined || (rest !== "" && !rest.startsWith("#"))) {
      this.problems.error(place, `${name} without =`, `write ${name} = ${value.form}`);
      return undefined;
    }
    this.problems.warning(place, `${name} without a value means ${bare}`, `write ${name} = ${bare}`);
    const reading = value.read(bare);
    return "value" in reading ? { value: reading.value, ...place } : undefined;
  }

  #open(family: 4 | 6, heads: Setting<readonly PlacedHead[]> | undefined): void {
    this.#body = {};
    this.#isMisindented = false;
    if (heads) this.sections.push(...sectionsOf(family, heads, this.#body));
  }

  #store(scope: Settings, name: DirectiveName, row: Directive<unknown>, setting: Setting<unknown>): void {
    const collected = scope as Collected;
    const before = collected[name];
    if (row.repeats) {
      const one = row.stepOf ? { ...setting, nth: countSteps(scope, row.stepOf) } : setting;
      if (Array.isArray(before)) before.push(one);
      else collected[name] = [one];
      return;
    }
    if (before && !Array.isArray(before)) {
      this.problems.warning(setting, givenTwice(name, this.problems.lineName(before.line)));
    }
    collected[name] = setting;
  }
}

/** Returns the sections of the virtual services that share a body. */
export function sectionsOf(
  family: 4 | 6,
  { value: heads, line, column, length }: Setting<readonly PlacedHead[]>,
  settings: Settings,
): readonly Section[] {
  const opening = { line, column, length };
  return heads.map(({ head, at, length }) => ({
    family,
    head: { value: head, line, column: column + at, length },
    settings,
    opening,
  }));
}

/** Whether a value says nothing, in quotes or without. */
export function isEmpty(raw: string): boolean {
  return /^(?:"\s*"|'\s*'|)$/.test(raw);
}

/** What is said of a directive that is for whole sections only. */
export function notForOne(name: string, where = ""): readonly [text: string, hint: string] {
  const hint = `write it for the section${where}: of one real server only its checks can be changed`;
  return [`${name} cannot be given for one real server`, hint];
}

/** Whether a line with a real server ends in a brace that stands in no quotes. */
export function opensBlock(line: string): boolean {
  return /\s\{$/.test(line.slice(0, valueExtent(line, skipBlanks(line, line.indexOf("=") + 1)).end));
}

function isIndented({ text, indent }: Line): boolean {
  return indent >= LEAST_INDENT || text.slice(0, indent).includes("\t");
}

function skipBlanks(text: string, from: number): number {
  const blanks = /\s*/y;
  blanks.lastIndex = from;
  blanks.exec(text);
  return blanks.lastIndex;
}

/** The directive that was probably meant by this name, and the hint for it. */
function meaningOf(name: string): { readonly meant?: string; readonly hint?: string } {
  const lower = name.toLowerCase();
  if (findDirective(lower)) return { meant: lower, hint: `names are written in small letters: ${lower}` };
  const [word] = name.split(":");
  if (word !== name && findDirective(word)) {
    return { meant: word, hint: `write ${word} = …; with colons it is YAML, in a file named .yaml` };
  }
  const meant = closest(name, Object.keys(DIRECTIVES));
  return { meant, hint: meant && `did you mean ${meant}?` };
}
