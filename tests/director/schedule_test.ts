import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { nextRound, Schedule, spreadLead } from "../../src/director/schedule.ts";

const pure = { permissions: "none" } as const;

Deno.test({
  name: "Schedule gives what is due, the longest overdue first, each once",
  ...pure,
  fn: () => {
    const schedule = new Schedule<string>();
    schedule.set("c", 30);
    schedule.set("a", 10);
    schedule.set("b", 20);
    strictEqual(schedule.nextDue(), 10);
    deepStrictEqual(schedule.takeDue(20), ["a", "b"]);
    deepStrictEqual(schedule.takeDue(20), []);
    strictEqual(schedule.nextDue(), 30);
  },
});

Deno.test({
  name: "Schedule forgets a key's earlier time when it is set again or deleted",
  ...pure,
  fn: () => {
    const schedule = new Schedule<string>();
    schedule.set("a", 10);
    schedule.set("a", 50);
    schedule.set("b", 20);
    schedule.delete("b");
    strictEqual(schedule.nextDue(), 50);
    deepStrictEqual(schedule.takeDue(100), ["a"]);
    strictEqual(schedule.nextDue(), undefined);
  },
});

Deno.test({
  name: "Schedule gives any mixture of keys in the order of their times",
  ...pure,
  fn: () => {
    const schedule = new Schedule<number>();
    // A full-period walk over 0..1008: every time once, in no order.
    for (let i = 0, due = 5; i < 1009; i++, due = (due * 11 + 7) % 1009) schedule.set(due, due);
    const taken = schedule.takeDue(2000);
    ok(taken.length > 100);
    deepStrictEqual(taken, taken.toSorted((a, b) => a - b));
  },
});

Deno.test({
  name: "checks that began together end up spread evenly, and none ever waits longer than its interval",
  ...pure,
  fn: () => {
    const starts = [0, 1, 2, 3].map((i) => {
      let [at, lead] = [0, spreadLead(i, 4, 1000)];
      for (let round = 0; round < 8; round++) {
        const next = nextRound(1000, lead);
        ok(next.delay >= 750 && next.delay <= 1000, `a round after ${next.delay} ms`);
        at += next.delay;
        lead = next.lead;
      }
      return at % 1000;
    });
    deepStrictEqual(starts, [250, 500, 750, 0]);
  },
});
