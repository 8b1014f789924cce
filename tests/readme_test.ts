import { strictEqual } from "node:assert/strict";
import { withDirectiveTable } from "../tools/directive_table.ts";

Deno.test("the README's table of directives is the program's own (deno task docs writes it)", async () => {
  const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));
  strictEqual(readme, withDirectiveTable(readme));
});
