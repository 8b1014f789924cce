import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { Steps } from "../../src/model/steps.ts";
import { WorkQueue } from "../../src/model/work_queue.ts";

/** Entries for which work is done at once, and in turns. */
const FEW = 3;
const MANY = 100_000;

function* notes(name: string, log: string[], steps = 3): Steps<void> {
  for (let i = 0; i < steps; i++) {
    log.push(`${name}${i}`);
    yield;
  }
}

Deno.test("work on few entries is done before do() returns", () => {
  const log: string[] = [];
  void new WorkQueue().do(() => notes("a", log), FEW);
  deepStrictEqual(log, ["a0", "a1", "a2"]);
});

Deno.test("work is done in the order in which it was given, and none overlaps another", async () => {
  const [queue, log]: [WorkQueue, string[]] = [new WorkQueue(), []];
  const long = queue.do(() => notes("a", log), MANY);
  const short = queue.do(() => notes("b", log), FEW);
  await Promise.all([long, short]);
  deepStrictEqual(log, ["a0", "a1", "a2", "b0", "b1", "b2"]);
});

Deno.test("work that is given by other work comes after it", async () => {
  const [queue, log]: [WorkQueue, string[]] = [new WorkQueue(), []];
  let inner: Promise<void> | undefined;
  await queue.do(function* () {
    inner = queue.do(() => notes("inner", log, 1), FEW);
    yield* notes("outer", log, 2);
  }, FEW);
  await inner;
  deepStrictEqual(log, ["outer0", "outer1", "inner0"]);
});

Deno.test("timers go off while long work goes on", async () => {
  const queue = new WorkQueue();
  let [ticks, isOver] = [0, false];
  const timer = setInterval(() => ticks++, 0);
  await queue.do(function* () {
    // Ends by what it waits for alone.
    for (; ticks < 3; isOver = true) yield;
  }, MANY);
  clearInterval(timer);
  strictEqual(isOver && ticks >= 3, true);
});

for (const entries of [FEW, MANY]) {
  Deno.test(`work on ${entries} entries that throws rejects, and the next is done`, async () => {
    const [queue, log]: [WorkQueue, string[]] = [new WorkQueue(), []];
    const broken = queue.do(function* () {
      yield;
      throw new Error("broken");
    }, entries);
    const next = queue.do(() => notes("next", log, 1), entries);
    await rejects(broken, /broken/);
    await next;
    deepStrictEqual(log, ["next0"]);
  });
}
