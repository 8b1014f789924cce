import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { isMap, isScalar } from "yaml";
import { readYaml } from "../../../src/config/yaml/document.ts";
import { atOnce } from "../../../src/model/steps.ts";
import { saysFacts } from "../../facts.ts";

const LINE = "  a line of a value: that is # long\n";

/** A value of some size in each of YAML's forms. */
const FORMS: Readonly<Record<string, (lines: string) => string>> = {
  "a block": (lines) => `request: |\n${lines}`,
  "a block of given indentation": (lines) => `request: |2\n${lines}`,
  "a folded block": (lines) => `request: >-\n${lines}`,
  "double quotes": (lines) => `request: "${lines}  end"\n`,
  "single quotes": (lines) => `request: '${lines}  end'\n`,
  "a plain value": (lines) => `request: a\n${lines.replaceAll(/[:#]/g, "")}`,
};

for (const [name, form] of Object.entries(FORMS)) {
  Deno.test(`a value of YAML in ${name} may be long, but not longer than a line of a configuration file`, () => {
    const long = atOnce(readYaml(form(LINE.repeat(1_800)), false));
    deepStrictEqual(long.flaws, []);
    const value = isMap(long.contents) && long.contents.get("request", true);
    const text = isScalar(value) ? String(value.value) : "";
    strictEqual(text.match(/a line of a value/g)?.length, 1_800);

    for (const lines of [2_000, 60_000]) {
      const { contents, flaws } = atOnce(readYaml(form(LINE.repeat(lines)), false));
      strictEqual(contents, undefined);
      saysFacts(flaws.map(({ text }) => text), ["… 65536 …"]);
    }
  });
}

for (
  const [name, text] of [["double", `request: "${'\\"'.repeat(3_000_000)}"\n`], [
    "single",
    `request: '${"''".repeat(3_000_000)}'\n`,
  ]]
) {
  Deno.test(`a value of YAML in ${name} quotes is too long, however many quotes are in it`, () => {
    const { contents, flaws } = atOnce(readYaml(text, false));
    strictEqual(contents, undefined);
    saysFacts(flaws.map(({ text }) => text), ["… 65536 …"]);
  });
}
