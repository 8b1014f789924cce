import { aligned } from "./aligned.ts";
import type { StatusResult } from "./result.ts";

/** How long each question took until its answer was complete, and what each cost the director. */
export function statusTable(results: readonly StatusResult[]): string {
  const rows = results.map(({ name, answered: { least, median, most }, directorCpu }) => [
    name,
    ...[least, median, most].map((seconds) => `${(seconds * 1000).toFixed(0)} ms`),
    `${directorCpu.toFixed(0)} ms`,
  ]);
  return aligned([["answered after", "least", "median", "most", "the director's CPU"], ...rows]);
}
