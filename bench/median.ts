import type { Duration, Result, Spread } from "./result.ts";

/** Several measurements of one program as one: of every figure the median of those runs that have it. */
export function medianOf(runs: readonly Result[]): Result {
  return {
    name: runs[0].name,
    allIn: middle(runs.map(({ allIn }) => allIn), inSeconds)!,
    bareStart: middle(runs.map(({ bareStart }) => bareStart)),
    cpuPerCheck: middle(runs.map(({ cpuPerCheck }) => cpuPerCheck)),
    checksPerSecond: middle(runs.map(({ checksPerSecond }) => checksPerSecond))!,
    pssMegabytes: middle(runs.map(({ pssMegabytes }) => pssMegabytes))!,
    silentOut: middle(runs.map(({ silentOut }) => silentOut), inSeconds),
    silentBack: middle(runs.map(({ silentBack }) => silentBack), inSeconds),
    halfOut: middle(runs.map(({ halfOut }) => halfOut), inSeconds),
    halfBack: middle(runs.map(({ halfBack }) => halfBack), inSeconds),
  };
}

/** Several measurements as one; `undefined` for none. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const median = middle(values);
  return median === undefined ? undefined : { least: Math.min(...values), median, most: Math.max(...values) };
}

function middle<T>(values: readonly (T | undefined)[], order: (value: T) => number = Number): T | undefined {
  const there = values.filter((value) => value !== undefined).sort((a, b) => order(a) - order(b));
  return there[Math.floor(there.length / 2)];
}

/** What took too long comes after all that did not. */
function inSeconds(duration: Duration): number {
  return "seconds" in duration ? duration.seconds : Infinity;
}
