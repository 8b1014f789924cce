import { ok, strictEqual } from "node:assert/strict";
import { formatCf } from "../../src/config/cf/format.ts";
import { formatYaml } from "../../src/config/yaml/format.ts";
import { fromKeepalived } from "../../src/config/import/keepalived.ts";
import { loadTree } from "../../src/config/load.ts";
import { outlineOf } from "../../src/config/cf/outline.ts";
import { parse } from "../../src/config/cf/parse.ts";
import { sameTree } from "../../src/config/cf/same_tree.ts";
import { decodeSource } from "../../src/model/source_text.ts";
import { Unwritable, writeCf } from "../../src/config/cf/write.ts";
import { writeYaml } from "../../src/config/yaml/write.ts";
import { parseYaml } from "../../src/config/yaml/read.ts";
import { ldirectord, withFile } from "../cli/program.ts";
import { Random, seedOfRun } from "../random.ts";

const MANY = 100_000;

/** What multiplies with each level. */
function bomb(first: string, next: (name: string) => string): string {
  const levels = Array.from({ length: 30 }, (_, i) => `x-${i + 1}: &a${i + 1} ${next(`*a${i}`)}\n`);
  return `x-0: &a0 ${first}\n${levels.join("")}`;
}

const tenTimes = (name: string) => `[${Array(10).fill(name).join(", ")}]`;

const YAML: Readonly<Record<string, string>> = {
  "open lists": `virtual: ${"[".repeat(MANY)}`,
  "closed lists": `virtual: ${"[".repeat(MANY)}${"]".repeat(MANY)}`,
  "open mappings": `virtual: ${"{a: ".repeat(MANY)}`,
  "nested dashes": `virtual:\n${"- ".repeat(MANY)}`,
  "nested question marks": "? ".repeat(MANY),
  "nested colons": ": ".repeat(MANY),
  "nested blocks": Array.from({ length: 3_000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"),
  "lists that multiply": `${bomb("[1, 1]", tenTimes)}virtual: *a30\n`,
  "sections that multiply": `${bomb("{address: '192.0.2.1:80'}", tenTimes)}virtual: [*a30]\n`,
  "merges that multiply": `${bomb("{checktimeout: 3}", (name) => `{<<: ${tenTimes(name)}}`)}<<: *a30\nvirtual: *a30\n`,
  "sections that share their real servers": `x-reals: &r\n${
    "  - 10.0.0.1:80 masq\n".repeat(5_000)
  }x-section: &s\n  address: 192.0.2.1:80\n  real: *r\nvirtual:\n${"  - *s\n".repeat(5_000)}`,
  "many anchors": `${Array.from({ length: MANY }, (_, i) => `x-${i}: &a${i} 1\n`).join("")}virtual: *a1\n`,
  "many aliases": `x-a: &a [1]\nvirtual: [${"*a, ".repeat(MANY)}]\n`,
  "many names": Array.from({ length: MANY }, (_, i) => `k${i}: 1\n`).join(""),
  "one name many times": "k: 1\n".repeat(MANY),
  "a huge value": `virtual:\n  - comment: ${"x".repeat(8_000_000)}`,
  "a quote that is never closed": `virtual:\n  - comment: "${"x\n".repeat(1_000_000)}`,
  "many quotes": '"'.repeat(MANY),
  "many escapes": `virtual: "${"\\x".repeat(30_000)}"`,
  "many commas": `[${",".repeat(MANY)}`,
  "many anchors of one value": `virtual: ${"&x ".repeat(MANY)}`,
  "many tags of one value": `virtual: ${"!x ".repeat(MANY)}`,
  "many documents": "---\n".repeat(MANY),
  "many directives": "%YAML 1.2\n".repeat(MANY),
  "a list that has itself": "x-a: &a [*a]\nvirtual: *a",
  "a section that has itself": "virtual: &v\n  - *v\n",
  "a mapping that merges itself": "x-a: &r\n  <<: *r\nvirtual: *r\n",
  "a list as a name": "? [a, b]\n: c\n",
  "tags that make things": "virtual: !!js/function 'x'\nx: !!binary ////\n",
  "NUL bytes": "a\0b: \0",
  "lines that end in every way": "a: b\r\nc: d\re: f\n\rg",
  "bytes that are not UTF-8": decodeSource(Uint8Array.of(0x61, 0x3a, 0x20, 0xff, 0xfe, 0x80, 0x0a, 0xc3)),
  "tabs": "\tvirtual:\n\t- a: b\n",
};

for (const [name, text] of Object.entries(YAML)) {
  Deno.test(`the reader of YAML has a word for ${name}`, () => {
    const { problems } = parseYaml(text);
    ok(problems.hasErrors);
    for (const { line, text: said } of problems.toSorted()) ok(line >= 1 && said.length < 300, said);
  });
}

Deno.test("what is wrong with the syntax of YAML repeats nothing of a value", () => {
  const values = [
    "'hunter2: x",
    "hunter2 : x",
    "@hunter2",
    "%hunter2",
    '"hunter2\\q"',
    "*hunter2",
    "|hunter2",
    "[hunter2",
    "'x'hunter2",
    "{hunter2",
    ">-1hunter2",
    "`hunter2",
    "]hunter2",
    '"a" "hunter2"',
    ", hunter2",
    "!hunter2 x",
    "!e!hunter2 b",
    "!<hunter2> x",
    "&hunter2 &hunter2 x",
    "a\nhunter2\nb: c",
    "\n\thunter2",
    "- hunter2",
    "? hunter2 :",
    "hunter2: {",
  ];
  for (const value of values) {
    const { problems } = parseYaml(`virtual:\n  - address: 192.0.2.1:80\n    passwd: ${value}\n`);
    ok(problems.toSorted().length > 0, value);
    // A line in column 0 is a name.
    const said = problems.toSorted().filter(({ line }) => line === 3).map(({ text, hint }) => `${text} ${hint}`).join(
      "\n",
    );
    ok(!said.includes("hunter2"), said);
  }
});

const KEEPALIVED: Readonly<Record<string, string>> = {
  "open blocks": `virtual_server a {\n${"a {\n".repeat(MANY)}`,
  braces: "{".repeat(MANY),
  "closing braces": "}".repeat(MANY),
  quotes: '"'.repeat(60_001),
  "escaped quotes": `x "${'\\"'.repeat(30_000)}`,
  "a huge line": `virtual_server ${"a ".repeat(MANY)}{\n`,
  "many unknown words": "foo\n".repeat(MANY),
  "many real servers": `virtual_server 192.0.2.1 80 {\n${"real_server 10.0.0.1 80 {\n}\n".repeat(20_000)}}\n`,
  "groups that multiply": `virtual_server_group g {\n${"192.0.2.1 80\n".repeat(2_000)}}\nvirtual_server group g {\n${
    "real_server 10.0.0.1 80 {\n}\n".repeat(2_000)
  }}\n`,
  "many lines beside many real servers": `virtual_server 192.0.2.1 80 {\n${"alpha\n".repeat(50_000)}${
    "real_server 10.0.0.1 80 {\nTCP_CHECK {\n}\n}\n".repeat(20_000)
  }}\n`,
  "many checks beside many real servers": `virtual_server 192.0.2.1 80 {\nreal_server 10.0.0.1 80 {\n${
    "TCP_CHECK {\n}\n".repeat(20_000)
  }}\n${"real_server 10.0.0.1 80 {\nTCP_CHECK {\n}\n}\n".repeat(20_000)}}\n`,
  "groups that multiply lines": `virtual_server_group g {\n${"192.0.2.1 80\n".repeat(20_000)}}\n${
    `virtual_server group g {\n${"delay_loop 3\n".repeat(100)}}\n`.repeat(1_000)
  }`,
  "NUL bytes": "virtual_server \0 {\n\0\n}",
};

for (const [name, text] of Object.entries(KEEPALIVED)) {
  Deno.test(`keepalived's configuration may have ${name}`, () => {
    const { notes } = fromKeepalived(text);
    for (const { line, text: said } of notes) ok(line >= 1 && said.length < 70_000);
  });
}

/** Reads, lays out, writes and loads a text as all commands together do. */
async function go(text: string): Promise<void> {
  for (const [read, format] of [[parse, formatCf], [parseYaml, formatYaml]] as const) {
    const parsed = read(text);
    const { model } = await loadTree("/fuzz", () => read(text));
    if (!model || parsed.problems.hasErrors) continue;
    ok(
      sameTree(read(format(text)).tree, parsed.tree),
      `${JSON.stringify(text)} means something else when it is laid out`,
    );
    const outline = "outline" in parsed
      ? (parsed as ReturnType<typeof parseYaml>).outline
      : outlineOf(parsed.tree, parsed.lines);
    for (const write of [writeYaml, writeCf]) {
      try {
        write(outline);
      } catch (error) {
        if (!(error instanceof Unwritable)) throw error;
      }
    }
  }
  fromKeepalived(text);
}

const PIECES = [..."[]{}:,-?&*!|>'\"%@`#=\t\n\r\0 \\()"].concat([
  "\n  ",
  "\n    ",
  "<<: ",
  "*a",
  "&a ",
  "!!int ",
  "---\n",
  "0x1F",
  "~",
  "\u{202e}",
  "\ud800",
  "- ",
  ": ",
  "->",
  "[".repeat(80),
]);

function mutate(text: string, random: Random): string {
  const at = () => random.below(text.length + 1);
  for (let i = random.below(6); i >= 0; i--) {
    const [from, to] = [at(), at()].sort((a, b) => a - b);
    const kind = random.below(5);
    if (kind < 2) text = text.slice(0, from) + random.of(PIECES) + text.slice(from);
    else if (kind === 2) text = text.slice(0, from) + text.slice(Math.min(to, from + 20));
    else if (kind === 3) {
      text = text.slice(0, from) + text.slice(from, Math.min(to, from + 200)).repeat(3) + text.slice(from);
    } else text = text.slice(0, from) + (random.below(3) === 0 ? "" : text.slice(to));
  }
  return text;
}

Deno.test("no mutated configuration throws out of a reader, a layout or a writer", async () => {
  const folders = ["corpus", "../../packaging/examples"].map((name) => new URL(`${name}/`, import.meta.url));
  const texts = folders.flatMap((folder) =>
    [...Deno.readDirSync(folder)].filter(({ name }) => /\.(cf|yaml)$/.test(name)).map(({ name }) =>
      decodeSource(Deno.readFileSync(new URL(name, folder)))
    )
  );
  const yaml = texts.flatMap((text) => {
    const { tree, lines, problems } = parse(text);
    return problems.hasErrors ? [] : [writeYaml(outlineOf(tree, lines))];
  });
  const all = [...texts, ...yaml];
  ok(yaml.length > 5);
  const random = new Random(seedOfRun());
  for (let i = 0; i < 1_000; i++) {
    const text = mutate(random.of(all).slice(0, 3_000), random);
    await go(text).catch((error) => {
      throw new Error(`seed ${random.seed}, round ${i}: ${JSON.stringify(text)}`, { cause: error });
    });
  }
});

Deno.test("no command answers a hostile file with a stack trace", async () => {
  const texts = [["[".repeat(MANY), ".yaml"], ["virtual: *a\n", ".yaml"], ["\0".repeat(1_000), ".cf"], [
    "{".repeat(MANY),
    ".conf",
  ]];
  for (const [text, suffix] of texts) {
    await withFile(text, async (file) => {
      const commands = [["check", file], ["fmt", file], ["plan", file], ["convert", "--to", "yaml", file], [
        "convert",
        "--from",
        "keepalived",
        file,
      ]];
      for (const words of commands) {
        const { code, stdout, stderr } = await ldirectord(...words);
        ok(code > 0, words.join(" "));
        strictEqual(
          /^\s+at |RangeError|Internal/m.exec(stdout + stderr),
          null,
          `${words.join(" ")}: ${stderr.slice(0, 500)}`,
        );
      }
    }, suffix);
  }
});
