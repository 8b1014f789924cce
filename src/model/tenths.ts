/**
 * Returns seconds that are a sum or a product of durations, rounded to the tenths in which durations are written: 0.1 + 0.2
 * is 0.30000000000000004 in binary fractions.
 */
export function inTenths(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
