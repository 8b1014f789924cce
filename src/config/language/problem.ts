/**
 * What is wrong with a configuration file, and how it is shown.
 */

import { blotted, harmless } from "../../model/harmless_text.ts";
import { type IncludedFile, lineName, placeOfLine } from "../../model/source_lines.ts";
import type { ShowLine } from "./shown.ts";

/** An error refuses the file; a warning is said once and the file is used; a note is worth knowing, and nothing is wrong. */
export type Severity = "error" | "warning" | "note";

/** A place in the file. */
export interface Place {
  /** 1-based; 0 when the file as a whole is meant (it cannot be read). */
  readonly line: number;
  /** 1-based, in characters. */
  readonly column: number;
  /** Characters that the caret underlines; 0 when there is nothing to point at. */
  readonly length: number;
}

/** One thing that is wrong at one place. */
export interface Problem extends Place {
  /** Absolute path of the included file that it is in; absent: the configuration's own. */
  readonly file?: string;
  readonly severity: Severity;
  readonly text: string;
  /** What to write instead. */
  readonly hint?: string;
  /** Of what is allowed and seldom meant: the question's name (lints.ts), and why it matters. */
  readonly lint?: string;
  readonly why?: string;
}

/** Returns what is wrong and what to write instead, in one line. */
export function withHint({ text, hint }: Pick<Problem, "text" | "hint">): string {
  return hint === undefined ? text : `${text}; ${hint}`;
}

/** Of each severity this many are kept; a file of noise must not become a log of noise. */
export const MOST_PROBLEMS = 100;

/** Collects the problems of one file: bounded, each once, and in the file's order when read. */
export class ProblemList {
  /** The files that were included, in the order of their lines. */
  readonly included: readonly IncludedFile[];
  /** Directives that are there, with a value that cannot be read. */
  readonly unread = new Set<string>();
  readonly #kept: Record<Severity, Problem[]> = { error: [], warning: [], note: [] };
  readonly #dropped: Record<Severity, number> = { error: 0, warning: 0, note: 0 };
  readonly #seen = new Set<string>();

  constructor(included: readonly IncludedFile[] = []) {
    this.included = included;
  }

  /** Returns what a message calls a line. */
  lineName(line: number): string {
    return lineName(this.included, line);
  }

  /** Whether a further error is only counted: its text is not shown. */
  get isFull(): boolean {
    return this.#kept.error.length >= MOST_PROBLEMS;
  }

  /**
   * Notes what refuses the file.
   *
   * @param missing the directive that is missing: not reported where it is there and cannot be read.
   */
  error(place: Place, text: string, hint?: string, missing?: string): void {
    if (!this.#isUnread(missing)) this.#add("error", place, text, hint);
  }

  /** Notes what is worth saying once; `missing` as above. */
  warning(place: Place, text: string, hint?: string, missing?: string): void {
    if (!this.#isUnread(missing)) this.#add("warning", place, text, hint);
  }

  /** Whether the file is refused. */
  get hasErrors(): boolean {
    return this.#kept.error.length > 0;
  }

  /** By line and column; where some were dropped, the last of their severity says how many. */
  toSorted(): readonly Problem[] {
    return [...this.#sorted("error"), ...this.#sorted("warning")].sort(inFileOrder);
  }

  #isUnread(directive?: string): boolean {
    return directive !== undefined && this.unread.has(directive);
  }

  #add(severity: Severity, { line, column, length }: Place, message: string, hint?: string): void {
    // It may quote a value of the file, and YAML can write any character.
    const text = harmless(message);
    const kept = this.#kept[severity];
    if (kept.length >= MOST_PROBLEMS) {
      this.#dropped[severity]++;
      return;
    }
    const identity = `${severity} ${line} ${column} ${text}`;
    if (this.#seen.has(identity)) return;
    this.#seen.add(identity);
    kept.push({ severity, line, column, length, text, ...(hint === undefined ? {} : { hint: harmless(hint) }) });
  }

  #sorted(severity: Severity): Problem[] {
    const problems = this.#kept[severity].toSorted(inFileOrder);
    const more = this.#dropped[severity];
    if (more === 0) return problems;
    const text = `${more} more ${severity}${more === 1 ? " is" : "s are"} not shown`;
    const { line, column } = problems[problems.length - 1];
    return [...problems, { severity, line, column, length: 0, text }];
  }
}

/** What is said of something that stands in two places. */
export function givenTwice(name: string, place: string): string {
  return `${name} is given twice: this one counts, the one at ${place} does not`;
}

/** Returns problems at the lines that they have in their own files. */
export function inTheirFiles(problems: readonly Problem[], included: readonly IncludedFile[]): readonly Problem[] {
  if (included.length === 0) return problems;
  return problems.map((problem) => ({ ...problem, ...placeOfLine(included, problem.line) }));
}

function inFileOrder(a: Problem, b: Problem): number {
  return a.line - b.line || a.column - b.column;
}

/**
 * The problem as the log and the terminal show it: a first line in the form that scripts know,
 * then the source line with a caret, then the hint.
 */
export function formatProblem(problem: Problem, file: string, show: ShowLine, pid: number): string {
  const what = problem.severity === "error" ? "Error" : "Warning";
  const where = problem.line > 0 ? ` at line ${problem.line}` : "";
  const shown = [
    `${what} [${pid}] reading file ${problem.file ?? file}${where}: ${problem.text}`,
    ...excerptOf(problem, show),
  ];
  if (problem.hint) shown.push(`  hint: ${problem.hint}`);
  return shown.join("\n");
}

/** The source line of a problem and the line with its caret; nothing where there is nothing to point at. */
export function excerptOf(
  { line, column, length, file }: Place & Pick<Problem, "file">,
  show: ShowLine,
): readonly string[] {
  const source = length > 0 ? show(line, file) : undefined;
  return source !== undefined ? excerpt(source, column, length) : [];
}

const WIDEST_EXCERPT = 110;

/** The source line, cut around the place when it is long, and the caret line below it. */
function excerpt(source: string, column: number, length: number): string[] {
  const first = Math.min(column - 1, source.length);
  const from = first < WIDEST_EXCERPT - 20 ? 0 : first - 40;
  const to = from + WIDEST_EXCERPT;
  const window = blotted(source.slice(from, to).replaceAll("\t", " "));
  const [head, tail] = [from > 0 ? "…" : "", source.length > to ? "…" : ""];
  const underlined = Math.max(1, Math.min(length, source.length - first, to - first));
  return [
    `  ${head}${window}${tail}`,
    `  ${" ".repeat(head.length + first - from)}${"^".repeat(underlined)}`,
  ];
}
