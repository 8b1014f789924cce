/** How a test run ended. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** Reads the last summary line that `deno test` printed: `ok | 12 passed (3 steps) | 0 failed (4s)`. */
export function parseTally(output: string): Tally | undefined {
  const last = [...output.matchAll(/^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed/gm)].at(-1);
  return last && { passed: Number(last[1]), failed: Number(last[2]) };
}

/** The sum of test runs. */
export function addTallies(tallies: readonly Tally[]): Tally {
  return tallies.reduce((sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }), {
    passed: 0,
    failed: 0,
  });
}
