/** The configurations that documents show: each is one that `check` takes. */

import { deepStrictEqual, ok } from "node:assert/strict";
import { line, load } from "./config/fixture.ts";

const ROOT = new URL("../", import.meta.url);

/** A block that is shown as it is: lines with four spaces in front. */
const BLOCK = /(?:^ {4}.*\n|^\n(?= {4}))+/gm;

/** A block with a virtual service at its left edge is a configuration; others are a part of one, or something else. */
const IS_CONFIGURATION = /^virtual6? = /m;

function* configurations(): Generator<readonly [name: string, text: string]> {
  const documents = Array.from(Deno.readDirSync(new URL("docs/", ROOT)), ({ name }) => `docs/${name}`);
  for (const path of ["README.md", ...documents.filter((name) => name.endsWith(".md")).sort()]) {
    const text = Deno.readTextFileSync(new URL(path, ROOT));
    for (const [block] of text.matchAll(BLOCK)) {
      const shown = block.replaceAll(/^ {4}/gm, "");
      if (IS_CONFIGURATION.test(shown)) yield [`${path}: ${shown.split("\n")[0]}`, shown];
    }
  }
}

Deno.test("every configuration that a document shows has no error", () => {
  const found = [...configurations()];
  ok(found.length > 5);
  const wrong = found.flatMap(([name, text]) =>
    load(text).problems.filter(({ severity }) => severity === "error").map((problem) => `${name}: ${line(problem)}`)
  );
  deepStrictEqual(wrong, []);
});
