/**
 * Units of time, as people write them behind numbers.
 */

/** The longest time that a timer can hold: 2^31 milliseconds. */
export const LONGEST_SECONDS = 2_147_483;

/** Seconds that units stand for. */
const UNITS: readonly (readonly [unit: RegExp, seconds: number])[] = [
  [/^(ms|msecs?|milliseconds?)$/i, 0.001],
  [/^(s|secs?|seconds?)$/i, 1],
  [/^(m|mins?|minutes?)$/, 60],
  [/^(h|hrs?|hours?)$/i, 3600],
  [/^(d|days?)$/i, 86_400],
  [/^(w|weeks?)$/i, 7 * 86_400],
];

/** The seconds that a number with a unit means, rounded to microseconds; `undefined` for other texts. */
export function secondsWithUnit(text: string): number | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text) ?? [];
  const factor = UNITS.find(([name]) => name.test(unit))?.[1];
  return factor === undefined ? undefined : Math.round(Number(digits) * factor * 1e6) / 1e6;
}
