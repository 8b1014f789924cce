import { green, red, say } from "./terminal.ts";

/** How a test run ended. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Of each test that failed its name and place, and below them what it said, in short. */
  readonly failures: readonly string[];
}

/** Nothing has run. */
export const NO_TALLY: Tally = { passed: 0, failed: 0, failures: [] };

/** As much of what a failed test said is repeated. */
const LINES_SAID = 12;
const LINE_WIDTH = 160;

/** Reads what `deno test` printed; `undefined` when it did not come to its summary line, `ok | 12 passed | 0 failed (4s)`. */
export function parseTally(output: readonly string[]): Tally | undefined {
  const summary = output.map((line) => line.match(/^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed/)).findLast(
    Boolean,
  );
  return summary ? { passed: Number(summary[1]), failed: Number(summary[2]), failures: failuresOf(output) } : undefined;
}

/** A test that takes so many minutes waits for something that does not come. */
const STUCK_MINUTES = 8;

/** Returns the failure of a test that does not end, where a line of `deno test` says so. */
export function stuckTest(line: string): string | undefined {
  const [, name, minutes] = /(?:^|\.\.\.)'(.+)' has been running for over \((\d+)m/.exec(line) ?? [];
  return Number(minutes) >= STUCK_MINUTES ? `${name}\n    has not ended within ${minutes} minutes` : undefined;
}

/** The sum of test runs. */
export function addTallies(tallies: readonly Tally[]): Tally {
  return tallies.reduce((sum, { passed, failed, failures }) => ({
    passed: sum.passed + passed,
    failed: sum.failed + failed,
    failures: [...sum.failures, ...failures],
  }), NO_TALLY);
}

/** Says how it went, last the line `N passed, N failed`: what failed stands far up by then, so it is said again. */
export function sayTally({ passed, failed, failures }: Tally): void {
  say();
  for (const failure of failures) say(failure);
  say(failed === 0 ? green("ok") : red("FAILED"));
  say(`${passed} passed, ${failed} failed`);
}

/** What stands between the headings ERRORS and FAILURES: a paragraph for each test, which begins with its place. */
function failuresOf(output: readonly string[]): string[] {
  const begin = output.findLastIndex((line) => line.trim() === "ERRORS");
  const end = output.findLastIndex((line) => line.trim() === "FAILURES");
  if (begin < 0) return [];
  const failures: string[][] = [];
  for (const line of output.slice(begin + 1, end < begin ? undefined : end)) {
    if (/^\S.*( => \S+:\d+:\d+| \(uncaught error\))$/.test(line)) failures.push([line]);
    else if (line.trim() !== "") failures.at(-1)?.push(`    ${line.trim()}`);
  }
  return failures.map((lines) => lines.slice(0, 1 + LINES_SAID).map((line) => line.slice(0, LINE_WIDTH)).join("\n"));
}
