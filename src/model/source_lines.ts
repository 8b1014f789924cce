/**
 * The lines of a configuration that is spread over several files, numbered in one row: those of its own file from 1 on, and
 * behind them those of each file that it includes, in the order in which these are read.
 */

/** A file that a configuration includes. */
export interface IncludedFile {
  /** Absolute path. */
  readonly file: string;
  /** How many lines of other files stand before its first one. */
  readonly before: number;
}

/** A line by the number that it has in its own file. */
export interface SourceLine {
  /** Absolute path of an included file; absent: the configuration's own. */
  readonly file?: string;
  /** 1-based; 0 where the file as a whole is meant. */
  readonly line: number;
}

/** Returns where a line of the row stands. */
export function placeOfLine(included: readonly IncludedFile[], line: number): SourceLine {
  const found = included.findLast(({ before }) => before < line);
  return found ? { file: found.file, line: line - found.before } : { line };
}

/** Returns what a message calls a line of the row: `line 7`, or `line 7 of /etc/ha.d/conf.d/mail.cf`. */
export function lineName(included: readonly IncludedFile[], line: number): string {
  const place = placeOfLine(included, line);
  return `line ${place.line}${place.file === undefined ? "" : ` of ${place.file}`}`;
}
