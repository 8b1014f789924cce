import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { findDirective } from "../../src/config/language/directives.ts";
import { outlineOf } from "../../src/config/cf/outline.ts";
import { parse } from "../../src/config/cf/parse.ts";
import { decodeSource } from "../../src/model/source_text.ts";
import { parseYaml } from "../../src/config/yaml/read.ts";
import { writeYaml } from "../../src/config/yaml/write.ts";
import { load, pure } from "./fixture.ts";

const EVERY = decodeSource(Deno.readFileSync(new URL("./corpus/every-directive.cf", import.meta.url)));

/** Lines with a value that has no quotes and no remark, of directives that are more than text. Braces are new. */
const LINES = EVERY.split("\n").flatMap((line) => {
  const [, indent, name, value] = /^(\s*)([a-z0-9]+)\s*=\s*([^"'#]*[^"'#\s{])\s*$/.exec(line) ?? [];
  const grammar = name && findDirective(name)?.row.value;
  return grammar && (!grammar.openPart || /^(real6?|alsocheck|.*command)$/.test(name)) ? [{ indent, name, value }] : [];
});

/** What a text says, without its places. */
function meaning(text: string): string {
  const { tree } = parse(text);
  return JSON.stringify(tree, (key, value) => {
    if (value instanceof Set) return [...value];
    return ["line", "column", "length", "at"].includes(key) ? undefined : value;
  });
}

Deno.test("a value that has lost a quote, or has single ones, is read as the old program did, with a warning", () => {
  ok(LINES.length > 50);
  for (const { indent, name, value } of LINES) {
    const text = (written: string) => {
      const line = `${indent}${name} = ${written}\n`;
      const head = findDirective(name)!.row.opens || !indent ? "" : "virtual = 10.0.0.9:80\n";
      return `${head}${line}`;
    };
    for (const written of [`"${value}`, `${value}"`, `'${value}'`, `"${value} # remark`, `${value}" # remark`]) {
      strictEqual(meaning(text(written)), meaning(text(value)), written);
      const said = parse(text(written)).problems.toSorted().filter(({ text }) => /quote/.test(text));
      deepStrictEqual(said.map(({ severity }) => severity), ["warning"], `${name} = ${written}`);
    }
    strictEqual(meaning(text(`"${value}"`)), meaning(text(value)));
    deepStrictEqual(parse(text(`"${value}"`)).problems.toSorted().filter(({ text }) => /quote/.test(text)), []);
  }
});

pure("a real server may stand in quotes with its strings in quotes", () => {
  const bare = 'real = 10.0.0.3:80 gate 1 "/x", "O K"';
  const text = (line: string) => `virtual = 10.0.0.9:80\n    ${line}\n`;
  const quoted = bare.replace("= ", '= "');
  for (const line of [`${quoted}"`, quoted, bare.replace("= ", "= '") + "'"]) {
    strictEqual(meaning(text(line)), meaning(text(bare)), line);
  }
});

pure("text that may have quotes in it has both or none", () => {
  for (const name of ["passwd", "request", "receive", "login"]) {
    ok(load(`virtual = 10.0.0.9:80\n    ${name} = "x\n`).problems.some(({ severity }) => severity === "error"), name);
  }
});

Deno.test("a value that has lost a quote is whole again in YAML", () => {
  const { tree, lines } = parse(
    "virtual = 192.0.2.1:80\n    service = \"http\n    scheduler = rr\"\n    comment = 'x'\n",
  );
  const yaml = writeYaml(outlineOf(tree, lines));
  ok(!/["']/.test(yaml) && !parseYaml(yaml).problems.hasErrors, yaml);
});
