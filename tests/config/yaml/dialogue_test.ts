import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { outlineOf } from "../../../src/config/cf/outline.ts";
import { parse } from "../../../src/config/cf/parse.ts";
import { sameTree } from "../../../src/config/cf/same_tree.ts";
import { writeCf } from "../../../src/config/cf/write.ts";
import { parseYaml } from "../../../src/config/yaml/read.ts";
import { writeYaml } from "../../../src/config/yaml/write.ts";
import { saysFacts } from "../../facts.ts";
import { line } from "../fixture.ts";

const CF = `virtual = 192.0.2.10:80
	service = dialogue
	# The greeting.
	expect = "^ready" # at once
	send = "a\\r\\n"
	expect = !"x # y"
	send = "b"
	real = 10.0.0.11:80 gate 10
`;

const YAML = `virtual:
  - address: 192.0.2.10:80
    service: dialogue
    dialogue:
      # The greeting.
      - expect: ^ready # at once
      - send: a\\r\\n
      - expect: '!"x # y"'
      - send: b
    real:
      - address: 10.0.0.11:80
        forward: gate
        weight: 10
`;

Deno.test("a dialogue is a list in YAML, and its lines keep their order there and back", () => {
  const { tree, lines } = parse(CF);
  const yaml = writeYaml(outlineOf(tree, lines));
  strictEqual(yaml.replaceAll("\\", "\\"), YAML.replaceAll("\\\\", "\\"));
  const again = parseYaml(yaml);
  deepStrictEqual([...again.problems.toSorted()], []);
  strictEqual(sameTree(tree, again.tree), true);
  strictEqual(writeCf(again.outline), CF);
  const turned = parse(CF.replace(/(\tsend = "b"\n)/, "").replace("\tsend", '\tsend = "b"\n\tsend'));
  strictEqual(sameTree(tree, turned.tree), false, "the order counts");
});

Deno.test("line ends that YAML has in a dialogue become escapes in a configuration file", () => {
  const text = `virtual:
  - address: 192.0.2.10:80
    dialogue:
      - send: "a\\tb\\0\\r\\n"
      - expect: "\\r\\n$"
      - send: |
          hex:00 11
          22
`;
  const parsed = parseYaml(text);
  const cf = writeCf(parsed.outline);
  deepStrictEqual(cf.split("\n").slice(1, 4), [
    '\tsend = "a\\tb\\x00\\r\\n"',
    '\texpect = "\\r\\n$"',
    '\tsend = "hex:00 11 22 "',
  ]);
  const { settings: { send, expect } } = parse(cf).tree.sections[0];
  deepStrictEqual(send?.map(({ value }) => value.reveal()), ["a\tb\0\r\n", "\0\x11\x22"]);
  strictEqual(expect?.[0].value.source, "\\r\\n$");
});

Deno.test("aliases in a dialogue stand where they stand", () => {
  const text = `x-hello: &hello {send: hello}
virtual:
  - address: 192.0.2.10:80
    dialogue: [{expect: a}, *hello, {expect: b}, *hello]
`;
  const { tree: { sections: [{ settings }] }, problems } = parseYaml(text);
  deepStrictEqual([...problems.toSorted()], []);
  deepStrictEqual([settings.send?.map(({ nth }) => nth), settings.expect?.map(({ nth }) => nth)], [[1, 3], [0, 2]]);
});

Deno.test("what is wrong with a dialogue in YAML says so at its place", () => {
  const rows: readonly (readonly [text: string, said: string])[] = [
    ["    dialogue: []", "error 3:5+8 dialogue needs a value"],
    ["    dialogue: x", "error 3:15+1 dialogue … list of steps …"],
    ["    dialogue: [{send: a, expect: b}]", "error 3:16+20 dialogue … list of steps …"],
    ["    dialogue: [{receive: b}]", "error 3:16+12 dialogue … list of steps …"],
    ["    dialogue: [{expect: hex:0}]", "error 3:25+5 expect … two hexadecimal …"],
    ["    dialogue: [{send: }]", "error … send needs a value"],
    ["    send: x", "error 3:5+4 send … step of dialogue"],
    ["    dialog: [{send: x}]", 'error 3:5+6 Unknown command "dialog"'],
    ["dialogue: [{send: x}]", "error 3:1+8 dialogue belongs to a virtual section"],
  ];
  for (const [text, said] of rows) {
    const { problems } = parseYaml(`virtual:\n  - address: 192.0.2.10:80\n${text}\n`);
    saysFacts([...problems.toSorted()].map(line), [said], text);
  }
});

Deno.test("a message shows nothing of what a dialogue sends", () => {
  for (
    const text of [
      "dialogue: [{send: 'hunter2 \\q'}]",
      "dialogue:\n      - send: hunter2 \\q",
      'dialogue: [{"send": hunter2\\q}]',
    ]
  ) {
    const { problems, show } = parseYaml(`virtual:\n  - address: 192.0.2.10:80\n    ${text}\n`);
    const [problem] = problems.toSorted();
    match(problem.text, /escape/);
    strictEqual(`${JSON.stringify(problem)} ${show(3)} ${show(4)}`.includes("hunter2"), false, text);
  }
});
