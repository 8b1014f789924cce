import { strictEqual } from "node:assert/strict";
import {
  formatCount,
  formatDuration,
  formatMilliseconds,
  formatShare,
  parseDuration,
} from "../../../src/cli/base/quantities.ts";

const pure = { permissions: "none" } as const;

/** What an operator writes, and how many seconds it is. */
const PARSED: [text: string, seconds: number | undefined][] = [
  ["90", 90],
  ["90s", 90],
  ["30m", 1800],
  ["2h", 7200],
  ["1d", 86_400],
  ["0", undefined],
  ["", undefined],
  ["-5m", undefined],
  ["5 m", undefined],
  ["1.5h", undefined],
  ["1w", undefined],
];

for (const [text, seconds] of PARSED) {
  Deno.test({
    name: `"${text}" is ${seconds ?? "no"} seconds`,
    ...pure,
    fn: () => strictEqual(parseDuration(text), seconds),
  });
}

/** A quantity, and how it is written. */
const WRITTEN: [text: string, expected: string][] = [
  [formatDuration(-3), "0s"],
  [formatDuration(59.9), "59s"],
  [formatDuration(130), "2m10s"],
  [formatDuration(3 * 3600 + 300), "3h05m"],
  [formatDuration(2 * 86_400 + 3 * 3600), "2d3h"],
  [formatDuration(40 * 86_400), "40d"],
  [formatMilliseconds(0.42), "0.4ms"],
  [formatMilliseconds(12.3), "12ms"],
  [formatMilliseconds(1504), "1.50s"],
  [formatCount(950), "950"],
  [formatCount(12_345), "12.3k"],
  [formatCount(400_000), "400k"],
  [formatCount(4_000_000), "4.0M"],
  [formatShare(0, 0), "-"],
  [formatShare(1, 3), "33.33%"],
  [formatShare(86_399, 86_400), "99.99%"],
  [formatShare(5, 5), "100%"],
];

for (const [text, expected] of WRITTEN) {
  Deno.test({ name: `written: ${expected}`, ...pure, fn: () => strictEqual(text, expected) });
}
