/** The configurations that documents show: each is one that `check` takes. */

import { deepStrictEqual, ok } from "node:assert/strict";
import { line, load } from "./config/fixture.ts";
import { blocksOf, documentNames } from "./transcripts.ts";

/** A block with a virtual service at its left edge is a configuration; others are a part of one, or something else. */
const IS_CONFIGURATION = /^virtual6? = /m;

function configurations(): (readonly [name: string, text: string])[] {
  const shown = documentNames().flatMap(blocksOf).filter(({ text }) => IS_CONFIGURATION.test(text));
  return shown.map(({ document, line, text }) => [`${document}:${line}`, text]);
}

Deno.test("every configuration that a document shows has no error", () => {
  const found = configurations();
  ok(found.length > 5);
  const wrong = found.flatMap(([name, text]) =>
    load(text).problems.filter(({ severity }) => severity === "error").map((problem) => `${name}: ${line(problem)}`)
  );
  deepStrictEqual(wrong, []);
});
