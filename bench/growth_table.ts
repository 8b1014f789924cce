import { aligned } from "./aligned.ts";
import { spreadOf } from "./median.ts";
import type { GrowthResult, GrowthStep, Spread, Steady } from "./result.ts";

/** Below this part of the checks that are due the lab's one processor is not enough, and what a check costs says little. */
const SUSTAINED = 0.95;

/** What a check and a real server cost with ever more of them, and that as a ratio to the fewest: a column a number. */
export function growthTable(results: readonly GrowthResult[]): string {
  const [{ steps }] = results;
  const rows = results.flatMap(({ name, steps }) => {
    const row = (label: string, show: (step: GrowthStep, first: GrowthStep) => string) => [
      `${name}: ${label}`,
      ...steps.map((step) => show(step, steps[0])),
    ];
    return [
      row("in the table", (step) => String(step.in)),
      row("checks per second, of those due", (step) => `${made(step).median.toFixed(0)} of ${step.due}`),
      row("CPU per check", showCpu),
      row("  to the first", (step, first) => isSustained(step) ? ratio(cpu(step)?.median, cpu(first)?.median) : "–"),
      row("memory", (step) => `${memory(step).toFixed(1)} MB`),
      row("  to the first", (step, first) => ratio(memory(step), memory(first))),
      row("  for each real server more", perReal),
    ];
  });
  return aligned([["real servers", ...steps.map(({ reals }) => String(reals))], ...rows]);
}

function spreadOver({ windows }: GrowthStep, pick: (window: Steady) => number | undefined): Spread | undefined {
  return spreadOf(windows.flatMap((window) => pick(window) ?? []));
}

function made(step: GrowthStep): Spread {
  return spreadOver(step, ({ checksPerSecond }) => checksPerSecond)!;
}

function isSustained(step: GrowthStep): boolean {
  return made(step).median >= step.due * SUSTAINED;
}

function cpu(step: GrowthStep): Spread | undefined {
  return spreadOver(step, ({ cpuPerCheck }) => cpuPerCheck);
}

function showCpu(step: GrowthStep): string {
  const spread = cpu(step);
  if (!spread) return "–";
  const { least, median, most } = spread;
  return `${median.toFixed(2)} ms (${least.toFixed(2)}–${most.toFixed(2)})`;
}

function memory(step: GrowthStep): number {
  return spreadOver(step, ({ pssMegabytes }) => pssMegabytes)!.median;
}

function ratio(value: number | undefined, first: number | undefined): string {
  return value === undefined || !first ? "–" : `${(value / first).toFixed(2)} ×`;
}

function perReal(step: GrowthStep, first: GrowthStep): string {
  if (step === first) return "";
  return `${((memory(step) - memory(first)) * 1024 / (step.reals - first.reals)).toFixed(1)} kB`;
}
