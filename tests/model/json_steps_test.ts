import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { jsonInSteps, LazyList } from "../../src/model/json_steps.ts";
import { atOnce } from "../../src/model/steps.ts";

const pure = { permissions: "none" } as const;

/** The value as it is read back. */
function written(value: unknown): unknown {
  const pieces = atOnce(jsonInSteps(value)).map((bytes) => new TextDecoder().decode(bytes));
  return JSON.parse(pieces.join(""));
}

const list = (...items: unknown[]) => new LazyList(items);

for (
  const [what, value, expected] of [
    ["a plain value", { a: [1, "x", null], b: { c: true } }, { a: [1, "x", null], b: { c: true } }],
    ["null", null, null],
    ["an empty list", list(), []],
    ["a list", list(1, { a: 2 }), [1, { a: 2 }]],
    ["lists in lists", { a: list({ b: list(1, 2), c: 3 }, { b: list(), c: 4 }) }, {
      a: [{ b: [1, 2], c: 3 }, { b: [], c: 4 }],
    }],
    ["what is undefined, as if it were not there", { a: undefined, b: list(1) }, { b: [1] }],
    ["names and texts that need escapes", { 'a"\n': list('ü\u2028"') }, { 'a"\n': ['ü\u2028"'] }],
  ] as const
) {
  Deno.test(`jsonInSteps writes ${what}`, pure, () => deepStrictEqual(written(value), expected));
}

Deno.test("jsonInSteps makes items one by one, gives way between them, and keeps characters whole", pure, () => {
  let made = 0;
  const items = function* () {
    for (; made < 50_000; made++) yield "ü€😀";
  };
  const steps = jsonInSteps({ items: new LazyList(items()) });
  steps.next();
  ok(made < 100, `${made} items were made in the first step`);
  const pieces = atOnce(steps);
  ok(pieces.length > 1);
  const text = pieces.map((bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes)).join("");
  strictEqual(JSON.parse(text).items.length, 50_000);
});
