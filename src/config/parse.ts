/**
 * text -> syntax tree. The grammar is one of lines: globals in column 0, `virtual` opens a section,
 * the section's lines are indented. Blank lines and comments end nothing.
 */

import { closest } from "./closest.ts";
import { type Directive, type DirectiveName, DIRECTIVES, findDirective, REPLACED } from "./directives.ts";
import type { ServiceHead } from "./endpoints.ts";
import { ProblemList } from "./problem.ts";
import { valueExtent } from "./quotes.ts";
import type { Section, Setting, Settings, SyntaxTree } from "./syntax_tree.ts";
import { quoted } from "./values.ts";

/** What came of a text. With errors among the problems, the tree has what could be read. */
export interface Parsed {
  readonly tree: SyntaxTree;
  readonly problems: ProblemList;
  readonly lines: readonly string[];
}

const LONGEST_LINE = 65_536;
const LEAST_INDENT = 4;

/** Splits a text into its lines: a byte order mark, CRLF and a missing last newline are nobody's business. */
export function splitLines(text: string): string[] {
  return text.replace(/^\u{feff}/u, "").split("\n").map((line) => line.endsWith("\r") ? line.slice(0, -1) : line);
}

/** Reads a configuration. Never throws, whatever the text. */
export function parse(text: string): Parsed {
  const lines = splitLines(text);
  const parser = new Parser();
  lines.forEach((line, i) => parser.line(line, i + 1));
  return { tree: { globals: parser.globals, sections: parser.sections }, problems: parser.problems, lines };
}

/** Settings while they are collected; {@link Settings} is the same with the types of the table. */
type Collected = Partial<Record<DirectiveName, Setting<unknown> | Setting<unknown>[]>>;

interface Line {
  readonly text: string;
  readonly number: number;
  /** Width of the leading blanks. */
  readonly indent: number;
  readonly name: string;
}

class Parser {
  readonly problems = new ProblemList();
  readonly globals: Settings = {};
  readonly sections: Section[] = [];
  /** Where the lines of the open section go, if one is open. */
  #body?: Settings;

  line(text: string, number: number): void {
    const indent = /^\s*/.exec(text)![0].length;
    if (indent === text.length || text[indent] === "#") return;
    if (text.length > LONGEST_LINE) {
      this.#error(number, 1, 1, `the line is longer than ${LONGEST_LINE} characters`);
      return;
    }
    // deno-lint-ignore no-control-regex
    const control = text.search(/[\0-\x08\x0b-\x1f\x7f]/);
    if (control >= 0) {
      const code = text.charCodeAt(control).toString(16).padStart(2, "0");
      this.#error(number, control + 1, 1, `a control character (0x${code}) in the line`, "is this a text file?");
      return;
    }
    const name = /^[^\s=#"]*/.exec(text.slice(indent))![0];
    this.#directive({ text, number, indent, name });
  }

  #directive(line: Line): void {
    const { text, number, indent, name } = line;
    const replaced = Object.hasOwn(REPLACED, name) ? REPLACED[name] : undefined;
    if (replaced) {
      this.#error(
        number,
        indent + 1,
        name.length,
        `${name} directive deprecated in favour of ${replaced.by}`,
        replaced.hint,
      );
      return;
    }
    const found = findDirective(name);
    if (!found) {
      this.#unknown(line);
      return;
    }
    const scope = this.#scopeOf(line, found.row);
    const setting = this.#setting(line, found.row);
    if (found.row.opens) this.#open(name === "virtual6" ? 6 : 4, setting as Setting<ServiceHead> | undefined);
    else if (setting && scope) this.#store(scope as Collected, found.name, found.row, setting);
    if (found.row.outdated) this.#warning(number, indent + 1, name.length, found.row.outdated.text);
    if (!text.isWellFormed()) {
      this.#warning(number, indent + 1, name.length, "the line is not UTF-8: its bytes are taken as they are");
    }
  }

  /** The settings that a line belongs to, by its indentation and its directive's scope. */
  #scopeOf({ text, number, indent, name }: Line, row: Directive<unknown>): Settings | undefined {
    const inBody = indent > 0;
    if (inBody && row.scope === "global") {
      this.#error(
        number,
        indent + 1,
        name.length,
        row.opens ? "a virtual section begins in column 0" : `${name} is a global directive`,
        "write it without leading blanks",
      );
      return undefined;
    }
    if (inBody && indent < LEAST_INDENT && !text.slice(0, indent).includes("\t")) {
      this.#error(
        number,
        1,
        indent,
        `the line is indented by ${indent} blank${indent === 1 ? "" : "s"}`,
        `lines of a virtual section are indented by at least ${LEAST_INDENT} blanks or a tab, global ones not at all`,
      );
    } else if (inBody && !this.#body) {
      this.#error(
        number,
        indent + 1,
        name.length,
        "an indented line, but no virtual section above it",
        row.scope === "both" ? "a global directive begins in column 0" : "begin a section: virtual = host:port",
      );
    }
    if (!inBody && row.scope === "virtual") {
      this.#error(
        number,
        1,
        name.length,
        `${name} belongs to a virtual section`,
        `indent it by ${LEAST_INDENT} blanks, below its virtual line`,
      );
      return undefined;
    }
    return inBody ? this.#body : this.globals;
  }

  /** The value of a line, read by the directive's grammar. */
  #setting({ text, number, indent, name }: Line, row: Directive<unknown>): Setting<unknown> | undefined {
    const after = indent + name.length;
    const blanks = /^\s*/.exec(text.slice(after))![0].length;
    if (text[after + blanks] !== "=") return this.#withoutValue({ text, number, indent, name }, row);
    const start = after + blanks + 1;
    const first = start + /^\s*/.exec(text.slice(start))![0].length;
    const extent = valueExtent(text, first);
    const raw = text.slice(first, extent.end);
    if (raw === "") {
      this.#error(number, indent + 1, name.length, `${name} needs a value`, `write ${name} = ${row.value.form}`);
      return undefined;
    }
    if (extent.quotedHash !== undefined) {
      const said = "this # is part of the value, as it stands in quotes; the old program cut the line here";
      this.#warning(number, extent.quotedHash + 1, 1, said);
    }
    if (extent.touchingHash !== undefined) {
      const hint = "put the value in quotes if the # belongs to it, else a blank before the #";
      this.#warning(number, extent.touchingHash + 1, 1, "a comment begins here", hint);
    }
    const reading = row.value.read(raw);
    if ("mistake" in reading) {
      const { at, length, text, hint } = reading.mistake;
      const subject = row.opens ? "virtual service" : name;
      this.#error(
        number,
        first + at + 1,
        length,
        text.startsWith("must ") ? `${subject} ${text}` : `${subject}: ${text}`,
        hint,
      );
      return undefined;
    }
    return { value: reading.value, line: number, column: first + 1, length: raw.length };
  }

  #withoutValue({ text, number, indent, name }: Line, row: Directive<unknown>): Setting<unknown> | undefined {
    const rest = text.slice(indent + name.length).trim();
    if (row.bare !== undefined && (rest === "" || rest.startsWith("#"))) {
      this.#warning(
        number,
        indent + 1,
        name.length,
        `${name} without a value means ${row.bare}`,
        `write ${name} = ${row.bare}`,
      );
      const reading = row.value.read(row.bare);
      return "value" in reading
        ? { value: reading.value, line: number, column: indent + 1, length: name.length }
        : undefined;
    }
    this.#error(number, indent + 1, name.length, `${name} without =`, `write ${name} = ${row.value.form}`);
    return undefined;
  }

  #open(family: 4 | 6, head: Setting<ServiceHead> | undefined): void {
    this.#body = {};
    if (head) this.sections.push({ family, head, settings: this.#body });
  }

  #store(scope: Collected, name: DirectiveName, row: Directive<unknown>, setting: Setting<unknown>): void {
    const before = scope[name];
    if (row.repeats) {
      if (Array.isArray(before)) before.push(setting);
      else scope[name] = [setting];
      return;
    }
    if (before && !Array.isArray(before)) {
      this.#warning(
        setting.line,
        setting.column,
        setting.length,
        `${name} is given twice: this one counts, the one at line ${before.line} does not`,
      );
    }
    scope[name] = setting;
  }

  #unknown({ text, number, indent, name }: Line): void {
    const shown = name || text.slice(indent, indent + 1);
    this.#error(number, indent + 1, shown.length, `Unknown command ${quoted(shown.toWellFormed())}`, hintFor(name));
  }

  #error(line: number, column: number, length: number, text: string, hint?: string): void {
    this.problems.error({ line, column, length }, text, hint);
  }

  #warning(line: number, column: number, length: number, text: string, hint?: string): void {
    this.problems.warning({ line, column, length }, text, hint);
  }
}

function hintFor(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (findDirective(lower)) return `names are written in small letters: ${lower}`;
  const near = closest(name, Object.keys(DIRECTIVES));
  return near && `did you mean ${near}?`;
}
