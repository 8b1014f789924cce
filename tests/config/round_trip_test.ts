import { ok, strictEqual } from "node:assert/strict";
import { formatCf } from "../../src/config/cf/format.ts";
import { outlineOf } from "../../src/config/cf/outline.ts";
import { parse } from "../../src/config/cf/parse.ts";
import { sameTree } from "../../src/config/cf/same_tree.ts";
import { decodeSource } from "../../src/model/source_text.ts";
import type { Settings, SyntaxTree } from "../../src/config/language/syntax_tree.ts";
import { writeCf } from "../../src/config/cf/write.ts";
import { writeYaml } from "../../src/config/yaml/write.ts";
import { parseYaml } from "../../src/config/yaml/read.ts";
import { Random, seedOfRun } from "../random.ts";

const FILES = ["./corpus/", "../../packaging/examples/"].flatMap((folder) => {
  const url = new URL(folder, import.meta.url);
  const names = [...Deno.readDirSync(url)].map(({ name }) => name).filter((name) => name.endsWith(".cf"));
  return names.map((name) => decodeSource(Deno.readFileSync(new URL(name, url))));
});

const PIECES = [
  "\n",
  "    ",
  "\t",
  "=",
  '"',
  "#",
  "->",
  ":",
  "[",
  "]",
  ",",
  "\\",
  "'",
  '", "',
  " l:1",
  "\u{e9}",
  " # x",
  "\n# y\n",
  "\r\n",
];

function damaged(text: string, random: Random): string {
  for (let edits = 1 + random.below(4); edits > 0; edits--) {
    const at = random.below(text.length + 1);
    text = text.slice(0, at) + random.of(PIECES) + text.slice(at + random.below(2) * random.below(6));
  }
  return text;
}

/** The tree in an order of its own: YAML gathers what repeats, and puts virtual before virtual6. */
function ordered({ globals, sections }: SyntaxTree): SyntaxTree {
  const sorted = (settings: Settings) =>
    Object.fromEntries(Object.entries(settings).sort(([a], [b]) => a < b ? -1 : 1));
  return {
    globals: sorted(globals),
    sections: sections.map((section) => ({ ...section, settings: sorted(section.settings) }))
      .sort((a, b) => a.family - b.family),
  };
}

Deno.test("whatever a file without errors says, it says laid out, in YAML, and back again", () => {
  const random = new Random(seedOfRun());
  let sound = 0;
  for (let i = 0; i < 6_000; i++) {
    const text = damaged(random.of(FILES), random);
    const { tree, problems, lines } = parse(text);
    if (problems.hasErrors) continue;
    sound++;
    const context = `SEED=${random.seed}, file ${i}: ${JSON.stringify(text)}`;
    const laidOut = formatCf(text);
    ok(sameTree(tree, parse(laidOut).tree), context);
    strictEqual(formatCf(laidOut), laidOut, context);
    const yaml = parseYaml(writeYaml(outlineOf(tree, lines)));
    ok(sameTree(ordered(tree), ordered(yaml.tree)), context);
    ok(sameTree(ordered(tree), ordered(parse(writeCf(yaml.outline)).tree)), context);
  }
  ok(sound > 500);
});

Deno.test("remarks behind and above values are kept in YAML, and back again", () => {
  const every = decodeSource(Deno.readFileSync(new URL("./corpus/every-directive.cf", import.meta.url)));
  const remarks: string[] = [];
  const text = every.split("\n").flatMap((line) => {
    if (!/^\s*[a-z0-9]+\s*=/.test(line) || line.includes("#")) return [line];
    const name = `remark ${remarks.length} of it's line: {odd} [one]`;
    remarks.push(`${name}, above`, name);
    return [`${/^\s*/.exec(line)![0]}# ${name}, above`, `${line} # ${name}`];
  }).join("\n");
  const { tree, problems, lines } = parse(text);
  ok(!problems.hasErrors && remarks.length > 100);
  const yaml = writeYaml(outlineOf(tree, lines));
  const back = writeCf(parseYaml(yaml).outline);
  for (const [syntax, written] of [["YAML", yaml], ["cf", back]]) {
    for (const remark of remarks) ok(written.includes(`# ${remark}\n`), `${remark} is not in ${syntax}:\n${written}`);
  }
});

Deno.test("remarks behind the parts of a value in YAML are kept", () => {
  const yaml = `quiescent: yes
emailalert:
  - a@b.c # first
  - d@e.f # second
virtual:
  - address: 192.0.2.1:80 # head
    real:
      # above
      - address: 10.0.0.1:80 # where
        # heavy
        weight: 5 # how much
        forward: masq
`;
  const { outline, problems } = parseYaml(yaml);
  ok(!problems.hasErrors);
  const written = writeCf(outline);
  for (const part of ["# first; second\n", "# head\n", "\t# above\n", "\t# heavy\n", " # where; how much\n"]) {
    ok(written.includes(part), written);
  }
});
