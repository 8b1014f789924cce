import { deepStrictEqual } from "node:assert/strict";
import { healthCountsOf, type TableFaults } from "../../src/director/health_counts.ts";
import { adopt, reduce } from "../../src/director/health.ts";
import type { Health } from "../../src/director/real_health.ts";
import type { CheckKey, CheckResult } from "../../src/model/check.ts";
import type { RealId } from "../../src/model/orders.ts";
import type { Model } from "../../src/model/virtual_service.ts";
import { keyOf, sketchModel, verdict } from "./fixture.ts";

const AT = "192.0.2.1:80";
const [A, B] = ["10.0.0.1:80", "10.0.0.2:80"];
const model = sketchModel({ at: AT, reals: [A, B] });
const OURS: CheckResult = { up: false, why: "internal", detail: "no such command" };
const nothing: TableFaults = { missing: new Set(), bypassed: new Set() };
const nameless: Model = {
  ...sketchModel({ at: AT, reals: [] }),
  unresolved: [{ virtual: keyOf(AT), host: "web9", line: 3 }],
};

function healthAfter(of: Model, ...results: readonly (CheckResult | undefined)[]): Health {
  const rounds = [A, B].flatMap((real, i) => {
    const result = results[i];
    return result ? [{ check: real as CheckKey, result, at: 1 }] : [];
  });
  return reduce(adopt(of, new Map(), new Map(), 0), { type: "rounds", rounds }, of);
}

const [up, down] = [verdict(true), verdict(false)];

/** What the first rounds of both said, what the kernel does not do, and the counts: total, serving, unknown, unserved, unjudged. */
const ROWS: [what: string, of: Model, results: (CheckResult | undefined)[], kernel: TableFaults, counts: number[]][] = [
  ["both are up", model, [up, up], nothing, [2, 2, 0, 0, 0]],
  ["both are down", model, [down, down], nothing, [2, 0, 0, 1, 0]],
  ["one has not been heard", model, [down, undefined], nothing, [2, 0, 0, 0, 0]],
  ["one cannot be checked", model, [up, OURS], nothing, [2, 1, 1, 0, 0]],
  ["none can be checked", model, [OURS, OURS], nothing, [2, 0, 2, 1, 1]],
  ["the virtual service is missing", model, [up, up], { ...nothing, missing: new Set([keyOf(AT)]) }, [2, 0, 0, 1, 0]],
  [
    "one was taken out by hand",
    model,
    [up, up],
    { ...nothing, bypassed: new Set([`tcp:${AT} ${A}` as RealId]) },
    [2, 1, 0, 0, 0],
  ],
  ["a name does not resolve, and there is no other", nameless, [], nothing, [0, 0, 0, 1, 0]],
  ["no real server is configured", sketchModel({ at: AT, reals: [] }), [], nothing, [0, 0, 0, 0, 0]],
];

for (const [what, of, results, kernel, counts] of ROWS) {
  Deno.test({
    name: `health counts: ${what}`,
    permissions: "none",
    fn: () => {
      const { total, serving, unknown, unserved, unjudged } = healthCountsOf(of, healthAfter(of, ...results), kernel);
      deepStrictEqual([total, serving, unknown, unserved.length, unjudged.length], counts);
    },
  });
}
