import { deepStrictEqual } from "node:assert/strict";
import type { Directive } from "../../../src/config/language/directive.ts";
import { isPassword } from "../../../src/config/language/directive_facts.ts";
import { type DirectiveName, DIRECTIVES, findDirective } from "../../../src/config/language/directives.ts";
import { readText } from "../../../src/config/language/grammar.ts";
import { Secret } from "../../../src/model/secret.ts";
import { CHECK_TYPE_DOCS, SERVICE_DOCS } from "../../../src/config/language/service_docs.ts";
import { pure } from "../fixture.ts";

const ROWS = Object.entries<Directive<unknown>>(DIRECTIVES) as [DirectiveName, Directive<unknown>][];

pure("a directive with a value that is read as a Secret says so in its row, and no other does", () => {
  const wrong = ROWS.filter(([name, row]) => {
    const reading = readText(row.value, "word");
    return isPassword(name) !== ("value" in reading && reading.value instanceof Secret);
  });
  deepStrictEqual(wrong, []);
});

pure("nothing of a value that may be a secret is open", () => {
  deepStrictEqual(ROWS.filter(([, { secret, value }]) => secret && value.openPart?.("word") !== 0), []);
});

pure("the options of checks are the directives that say so in their rows", () => {
  const options = new Set([...SERVICE_DOCS, ...CHECK_TYPE_DOCS].flatMap(({ options }) => options));
  deepStrictEqual(ROWS.filter(([name, { checks }]) => checks === "named" && !options.has(name)), []);
  deepStrictEqual([...options].filter((name) => !["named", "tls"].includes(findDirective(name)!.row.checks ?? "")), []);
});
