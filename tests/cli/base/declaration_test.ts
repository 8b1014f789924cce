import { deepStrictEqual, ok } from "node:assert/strict";
import { allOptionsOf, spellingsOf } from "../../../src/cli/base/declaration.ts";
import { TOOLS } from "../../../src/cli/tools.ts";

const tools = await Promise.all(Object.values(TOOLS).map((load) => load()));

Deno.test("every tool is found by the name that it declares", () => {
  deepStrictEqual(tools.map(({ name }) => name), Object.keys(TOOLS));
});

Deno.test("the ways to write a tool name options that it declares, with values that they take", () => {
  for (const { name, forms, ...declared } of tools) {
    const options = Object.entries(allOptionsOf(declared));
    const spelt = new Map(options.flatMap(([name, option]) => spellingsOf(name, option).map((each) => [each, option])));
    for (const [, word, value] of forms.join(" ").matchAll(/(?<![\w-])(--?[a-z][a-z-]*)(?: ([^\s[\]]+))?/g)) {
      ok(spelt.has(word), `${name} ${word}`);
      ok((spelt.get(word)?.value === undefined) === (value === undefined || value === "|"), `${name} ${word} ${value}`);
    }
  }
});

Deno.test("every option that is not a directive says what it does", () => {
  for (const { name, options } of tools) {
    for (const [option, { doc }] of Object.entries(options)) ok(doc, `${name} --${option}`);
  }
});
