import { aligned } from "./aligned.ts";
import type { Duration, Result } from "./result.ts";

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
    duration("25 silent servers out after", ({ silentOut }) => silentOut),
    duration("  back in after", ({ silentBack }) => silentBack),
    duration("250 silent servers out after", ({ halfOut }) => halfOut),
    duration("  back in after", ({ halfBack }) => halfBack),
  ];
  return aligned(rows);
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
