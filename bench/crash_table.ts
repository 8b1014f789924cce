import { aligned } from "./aligned.ts";
import type { CrashResult, Duration } from "./result.ts";

/** Milliseconds until the server of a killed process is out: a row a program. */
export function crashTable(results: readonly CrashResult[]): string {
  const rows = results.map(({ name, outAfter }) => {
    const sorted = outAfter.map(milliseconds).sort((a, b) => a - b);
    const at = (share: number) => show(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]);
    return [name, show(sorted[0]), at(0.5), show(sorted.at(-1)!), String(sorted.length)];
  });
  return aligned([["a killed process out after", "least", "median", "most", "crashes"], ...rows]);
}

function milliseconds(duration: Duration): number {
  return "seconds" in duration ? duration.seconds * 1000 : Infinity;
}

function show(milliseconds: number): string {
  return milliseconds === Infinity ? "never" : `${milliseconds.toFixed(0)} ms`;
}
