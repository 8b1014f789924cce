import { deepStrictEqual } from "node:assert/strict";
import { UNHURRIED } from "../lab/pace.ts";

Deno.test("the scenarios that a slow machine runs are there", () => {
  const files = [...Deno.readDirSync(new URL("../lab/scenarios", import.meta.url))].map(({ name }) => name);
  deepStrictEqual(UNHURRIED.filter((name) => !files.includes(`${name}_test.ts`)), []);
});
