import { deepStrictEqual, rejects } from "node:assert/strict";
import { SharedWork } from "../../src/model/shared_work.ts";

const pure = { permissions: "none" } as const;

/** Work that takes a turn: its result is how many were begun when it began. */
function counted() {
  let begun = 0;
  return async () => {
    const result = ++begun;
    await new Promise((resolve) => setTimeout(resolve, 0));
    return result;
  };
}

Deno.test("shared work: all calls before it begins share it, later ones get the next", pure, async () => {
  const [shared, work] = [new SharedWork<number>(), counted()];
  const first = [shared.do("a", work), shared.do("a", work)];
  await Promise.resolve();
  const second = Array.from({ length: 10 }, () => shared.do("a", work));
  deepStrictEqual(await Promise.all([...first, ...second]), [1, 1, ...Array(10).fill(2)]);
  deepStrictEqual(await shared.do("a", work), 3);
});

Deno.test("shared work: one at a time, and works of other names are not shared", pure, async () => {
  const [shared, log]: [SharedWork<void>, string[]] = [new SharedWork(), []];
  const work = (name: string) => async () => {
    log.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 0));
    log.push(`${name} ends`);
  };
  await Promise.all(["a", "b", "a"].map((name) => shared.do(name, work(name))));
  deepStrictEqual(log, ["a begins", "a ends", "b begins", "b ends"]);
});

Deno.test("shared work that fails fails for all that share it, and for no other", pure, async () => {
  const shared = new SharedWork<number>();
  const fails = () => Promise.reject(new Error("no"));
  const both = [shared.do("a", fails), shared.do("a", fails)];
  const next = shared.do("b", () => Promise.resolve(1));
  for (const each of both) await rejects(each, /no/);
  deepStrictEqual(await next, 1);
});
