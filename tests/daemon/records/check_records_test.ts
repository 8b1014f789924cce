import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { CheckRecord, CheckRecords } from "../../../src/daemon/records/check_records.ts";
import type { CheckKey, CheckResult, FailureKind } from "../../../src/model/check.ts";

/** A round: "ok", or why it failed, and the milliseconds that it took. */
type Round = readonly [outcome: "ok" | FailureKind, ms: number];

/** The record of a check after those rounds, the first of which ended at 1 s, the next at 2 s and so on. */
function recordOf(...rounds: readonly Round[]): CheckRecord {
  const record = new CheckRecord();
  for (const [i, [outcome, ms]] of rounds.entries()) {
    const result: CheckResult = outcome === "ok" ? { up: true, detail: "" } : { up: false, why: outcome, detail: "" };
    record.add(result, ms, 1_000 * (i + 1));
  }
  return record;
}

const OK: Round = ["ok", 2];
const REFUSED: Round = ["refused", 1];
const TIMEOUT: Round = ["timeout", 5_000];
const INTERNAL: Round = ["internal", 0];

/** Rounds, and what is counted of them: all, failed ones in a row until now, failed ones by why. */
const COUNTED: [rounds: Round[], count: number, streak: number, failed: Record<string, number>][] = [
  [[], 0, 0, {}],
  [[OK, OK], 2, 0, {}],
  [[REFUSED, TIMEOUT, REFUSED], 3, 3, { refused: 2, timeout: 1 }],
  [[REFUSED, OK], 2, 0, { refused: 1 }],
  [[REFUSED, OK, REFUSED], 3, 1, { refused: 2 }],
  // A check that could not be made says nothing of the server: it neither adds to the failures in a row nor ends them.
  [[REFUSED, INTERNAL], 2, 1, { refused: 1, internal: 1 }],
  [[INTERNAL, INTERNAL], 2, 0, { internal: 2 }],
];

for (const [rounds, count, streak, failed] of COUNTED) {
  Deno.test({
    name: `check record: ${rounds.map(([outcome]) => outcome).join(", ") || "no round"}`,
    permissions: "none",
    fn: () => {
      const record = recordOf(...rounds);
      deepStrictEqual([record.rounds, record.streak, record.failed], [count, streak, failed]);
    },
  });
}

Deno.test({
  name: "check record: the last round is known by its end and what it took",
  permissions: "none",
  fn: () => {
    strictEqual(recordOf().last, undefined);
    deepStrictEqual(recordOf(OK, TIMEOUT).last, { at: 2_000, ms: 5_000 });
  },
});

Deno.test({
  name: "check record: a graph has the newest 60 rounds, the newest last, and a gap where one failed",
  permissions: "none",
  fn: () => {
    deepStrictEqual(recordOf().detail.recent, []);
    deepStrictEqual(recordOf(OK, REFUSED, ["ok", 3.25]).detail.recent, [2, null, 3.25]);
    const rounds = Array.from({ length: 130 }, (_, i): Round => ["ok", i]);
    deepStrictEqual(recordOf(...rounds).detail.recent, Array.from({ length: 60 }, (_, i) => 70 + i));
  },
});

Deno.test({
  name: "check record: each bucket counts the rounds that took no longer than its end",
  permissions: "none",
  fn: () => {
    const { seconds, buckets } = recordOf(["ok", 1], ["ok", 1.5], TIMEOUT, ["timeout", 31_000]).detail;
    strictEqual(seconds, 36.003);
    const counts = new Map(buckets);
    deepStrictEqual([0.001, 0.0025, 2.5, 5, 30].map((end) => counts.get(end)), [1, 2, 2, 3, 3]);
  },
});

Deno.test({
  name: "check records: each check has its own, and those of checks that are gone are forgotten",
  permissions: "none",
  fn: () => {
    const records = new CheckRecords();
    const [www, mail] = ["www", "mail"] as CheckKey[];
    records.of(www).add({ up: true, detail: "" }, 1, 1_000);
    records.of(mail).add({ up: true, detail: "" }, 1, 1_000);
    records.of(mail).add({ up: true, detail: "" }, 1, 2_000);
    deepStrictEqual([www, mail].map((key) => records.find(key).rounds), [1, 2]);
    records.keep(new Set([mail]));
    deepStrictEqual([www, mail].map((key) => records.find(key).rounds), [0, 2]);
  },
});
