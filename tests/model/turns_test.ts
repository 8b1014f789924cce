import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Turns } from "../../src/model/turns.ts";

const pure = { permissions: "none" } as const;

Deno.test("places go to callers in the order in which they came, and none overtakes another", pure, () => {
  const turns = new Turns(4);
  const began: string[] = [];
  const take = (name: string, places: number) => turns.take(places, (taken) => began.push(`${name} ${taken}`));
  take("a", 3);
  take("b", 2);
  take("c", 1);
  deepStrictEqual([began, turns.waiting], [["a 3"], 2]);
  turns.give(3);
  deepStrictEqual([began, turns.waiting], [["a 3", "b 2", "c 1"], 0]);
});

Deno.test("one that asks for more places than there are gets all of them", pure, () => {
  const turns = new Turns(2);
  turns.take(5, (taken) => strictEqual(taken, 2));
  strictEqual(turns.waiting, 0);
});

Deno.test("thousands that give their place back at once are served", pure, () => {
  const turns = new Turns(1);
  let begun = 0;
  turns.take(1, () => begun++);
  for (let i = 0; i < 100_000; i++) {
    turns.take(1, (taken) => {
      begun++;
      turns.give(taken);
    });
  }
  turns.give(1);
  strictEqual(begun, 100_001);
});
