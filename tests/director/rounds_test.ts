import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Round } from "../../src/checkers/run.ts";
import { Rounds } from "../../src/director/rounds.ts";
import type { Check } from "../../src/model/check.ts";
import { checksIn } from "../../src/director/check_users.ts";
import { FakeClock } from "./fake_clock.ts";
import { sketchModel, verdict } from "./fixture.ts";

const pure = { permissions: "none" } as const;

/** Checks of so many real servers, every 10 s, with room for some of them, and rounds that the test ends; timers ring late by so many milliseconds. */
function world(count: number, descriptors: number, late = 0) {
  const reals = Array.from({ length: count }, (_, i) => `10.0.${i >> 8}.${i & 255}:80`);
  const checks = checksIn(sketchModel({ at: "192.0.2.1:80", reals }));
  const clock = new FakeClock();
  const begun: Check[] = [];
  const ends: (() => void)[] = [];
  const ended = new Set<string>();
  const rounds = new Rounds({
    clock: { now: () => clock.now(), after: (milliseconds, callback) => clock.after(milliseconds + late, callback) },
    descriptors,
    runRound: (check, _, onReleased) => {
      begun.push(check);
      return new Promise((resolve) =>
        ends.push(() => {
          onReleased();
          resolve({ result: verdict(true), startedAt: 0, durationMs: 0, trace: [] } satisfies Round);
        })
      );
    },
    onEnd: ({ key }) => ended.add(key),
  });
  return { rounds, checks, clock, begun, ends, ended };
}

Deno.test("rounds for which there are no descriptors wait, and each has its turn", pure, async () => {
  const { rounds, checks, clock, begun, ends, ended } = world(3000, 10);
  rounds.reconfigure(checks);
  deepStrictEqual([begun.length, rounds.underWay, rounds.waiting.count], [10, 10, 2990]);
  for (let i = 0; i < 300; i++) {
    for (const end of ends.splice(0)) end();
    await clock.advance(1);
  }
  strictEqual(ended.size, 3000);
  strictEqual(rounds.waiting.count, 0);
});

for (const interval of [0.1, 0.2]) {
  Deno.test(
    `at an interval of ${interval} s as many rounds begin as it asks for, though timers ring late`,
    pure,
    async () => {
      const { rounds, checks, clock, begun, ends } = world(20, Infinity, 3);
      const answer = () => {
        for (const end of ends.splice(0)) end();
        clock.after(20, answer);
      };
      answer();
      rounds.reconfigure(checks.map((check) => ({ ...check, interval, retryInterval: interval })));
      await clock.advance(2 * interval * 1000);
      const before = begun.length;
      await clock.advance(20 * interval * 1000);
      const each = (begun.length - before) / checks.length;
      ok(Math.abs(each - 20) < 0.1, `${each} rounds in 20 intervals`);
    },
  );
}

Deno.test("of what it is pressed for, no pulse shows the rest of a binary fraction", pure, () => {
  const { rounds, checks } = world(1, 1);
  rounds.reconfigure(checks.map((check) => ({ ...check, interval: 0.1, negotiateTimeout: 0.2, checkTimeout: 0.2 })));
  strictEqual(rounds.every, 0.3);
});

Deno.test("thousands of rounds do not begin in one turn of the event loop", pure, async () => {
  const { rounds, checks, clock, begun } = world(3000, Infinity);
  rounds.reconfigure(checks);
  ok(begun.length < 500, `${begun.length} began at once`);
  deepStrictEqual(rounds.waiting, { count: 0, longest: 0 });
  await clock.advance(0);
  strictEqual(begun.length, 3000);
});

Deno.test(
  "a round that waits for its turn is not overdue, however long it waits; one that was begun is",
  pure,
  async () => {
    const { rounds, checks, clock } = world(3, 1);
    rounds.reconfigure(checks);
    await clock.advance(3_600_000);
    strictEqual(rounds.overdue().length, 1);
    deepStrictEqual(rounds.waiting, { count: 2, longest: 3_600_000 });
  },
);

Deno.test("checks that are dropped while they wait take no turn", pure, async () => {
  const { rounds, checks, clock, begun, ends } = world(3, 1);
  rounds.reconfigure(checks);
  rounds.reconfigure([checks[0], checks[2]]);
  strictEqual(rounds.waiting.count, 1);
  ends[0]();
  await clock.advance(1);
  deepStrictEqual(begun.map(({ key }) => key), [checks[0].key, checks[2].key]);
});

Deno.test("a round that was kept from running has its time anew once", pure, async () => {
  const { rounds, checks, clock } = world(1, 1);
  rounds.reconfigure(checks);
  const limit = checks[0].negotiateTimeout * 1000;
  await clock.advance(limit - 1);
  rounds.extendDeadlines();
  await clock.advance(limit - 1);
  strictEqual(rounds.overdue().length, 0);
  rounds.extendDeadlines();
  await clock.advance(1000);
  ok(rounds.overdue().length === 1);
});
