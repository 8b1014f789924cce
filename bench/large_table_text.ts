import { aligned } from "./aligned.ts";
import type { Spread, TableResult } from "./result.ts";

/** What was measured with a large table: the median, and the least and the most; ours against the two others. */
export function tableComparison(results: readonly TableResult[]): string {
  const [ours, ...others] = results;
  const row = (label: string, unit: string, pick: (result: TableResult) => Spread | undefined) => [
    label,
    ...results.map((result) => showSpread(pick(result), unit)),
    ...others.map((other) => showRatio(pick(ours), pick(other))),
  ];
  return aligned([
    ["", ...results.map(({ name }) => name), ...others.map(({ name }) => `ours : ${name}`)],
    row("complete, from exec", "s", ({ complete }) => complete),
    row("a reload that changes 1 % is in it", "s", ({ reloaded }) => reloaded),
    row("memory", "MB", ({ pssMegabytes }) => pssMegabytes),
  ]);
}

function showSpread(spread: Spread | undefined, unit: string): string {
  if (!spread) return "–";
  const [least, median, most] = [spread.least, spread.median, spread.most].map((each) => each.toFixed(2));
  return `${median} ${unit} (${least}–${most})`;
}

function showRatio(ours: Spread | undefined, other: Spread | undefined): string {
  return ours && other ? `${(ours.median / other.median).toFixed(2)} ×` : "";
}
