import type { Duration, Result, Spread, TableResult } from "./result.ts";

/** The results as a table: a row a figure, a column a program, and ours against keepalived's. */
export function comparison(results: readonly Result[]): string {
  const peer = results.find(({ name }) => name.startsWith("keepalived"))!;
  const ours = results.find(({ bareStart }) => bareStart !== undefined)!;
  const row = (label: string, show: (result: Result) => string, value: (result: Result) => number | undefined) => {
    const [mine, theirs] = [value(ours), value(peer)];
    return [label, ...results.map(show), mine && theirs ? `${(mine / theirs).toFixed(2)} ×` : ""];
  };
  const duration = (label: string, pick: (result: Result) => Duration | undefined) =>
    row(label, (result) => showDuration(pick(result)), (result) => secondsOf(pick(result)));
  const rows = [
    ["", ...results.map(({ name }) => name), "ours : keepalived"],
    duration("all in the table, from exec", ({ allIn }) => allIn),
    row("  net of the runtime's start", (result) => showSeconds(netOf(result)), netOrWhole),
    row("CPU per check", ({ cpuPerCheck }) => cpuPerCheck ? `${cpuPerCheck.toFixed(2)} ms` : "–", cpuOf),
    row("checks per second", ({ checksPerSecond }) => checksPerSecond.toFixed(0), () => undefined),
    row("memory", ({ pssMegabytes }) => `${pssMegabytes.toFixed(1)} MB`, ({ pssMegabytes }) => pssMegabytes),
    duration("silent servers out after", ({ silentOut }) => silentOut),
    duration("back in after", ({ silentBack }) => silentBack),
  ];
  return aligned(rows);
}

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

function cpuOf({ cpuPerCheck }: Result): number | undefined {
  return cpuPerCheck;
}

function netOf({ allIn, bareStart }: Result): number | undefined {
  const seconds = secondsOf(allIn);
  return bareStart !== undefined && seconds !== undefined ? seconds - bareStart : undefined;
}

function netOrWhole(result: Result): number | undefined {
  return netOf(result) ?? secondsOf(result.allIn);
}

function secondsOf(duration: Duration | undefined): number | undefined {
  return duration && "seconds" in duration ? duration.seconds : undefined;
}

function showSeconds(seconds: number | undefined): string {
  return seconds === undefined ? "" : `${seconds.toFixed(2)} s`;
}

function showDuration(duration: Duration | undefined): string {
  if (!duration) return "–";
  return "seconds" in duration ? showSeconds(duration.seconds) : `> ${duration.over} s (${duration.reached})`;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])).join("   ");
  return rows.map((row) => `${line(row)}\n`).join("");
}
