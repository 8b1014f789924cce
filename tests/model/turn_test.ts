import { notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { turnDate, turnTime } from "../../src/model/turn.ts";

/** Has the clock go on, without a turn going by. */
function busy(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end;);
}

const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

Deno.test("what is done in one turn, and what awaits that, happens at one time", async () => {
  await nextTurn();
  const [time, date] = [turnTime(), turnDate()];
  busy(5);
  strictEqual(turnTime(), time);
  strictEqual(turnDate(), date);
  await Promise.resolve();
  strictEqual(turnTime(), time);
});

Deno.test("the next turn has a time of its own", async () => {
  const time = turnTime();
  busy(5);
  await nextTurn();
  ok(turnTime() >= time + 5, `${turnTime() - time} ms`);
});

Deno.test("in a long turn the time is read again", async () => {
  await nextTurn();
  const time = turnTime();
  for (let i = 0; i < 100; i++) {
    busy(0.1);
    await Promise.resolve();
  }
  notStrictEqual(turnTime(), time);
});
