import { match, strictEqual } from "node:assert/strict";
import { faultOf } from "../../tools/bundle.ts";

const FORBIDDEN = [
  "const load = createRequire(import.meta.url);",
  "const part = await import(name);",
  'import { a } from "npm:a@1";',
  'import "../a.js";',
  'const part = await import("https://example.com/a.js");',
  "  using file = Deno.openSync(path);",
  "    await using client = open();",
];

for (const text of FORBIDDEN) {
  Deno.test(`no module of the bundle may have \`${text.trim()}\``, () => match(faultOf(`${text}\n`)!, /./));
}

Deno.test("a module of the bundle may import its neighbours and what is built in, and speak of using things", () => {
  const text =
    'import { a } from "./a.js";\nimport fs from "node:fs";\nconst b = await import("./b.js");\n// Try using a = 1.\n';
  strictEqual(faultOf(text), undefined);
});
