import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { formatYaml } from "../../../src/config/yaml/format.ts";
import { outlineOf } from "../../../src/config/cf/outline.ts";
import { parse } from "../../../src/config/cf/parse.ts";
import { writeCf } from "../../../src/config/cf/write.ts";
import { writeYaml } from "../../../src/config/yaml/write.ts";
import { parseYaml } from "../../../src/config/yaml/read.ts";

/** Values that YAML may take for something else than text. */
const SCALARS =
  ("0x1F 0xFFFF 0X1f 1e3 1E3 010 0010 1_000 0o17 0O17 0b11 .inf -.inf .Inf .nan .NaN yes no on off Yes True FALSE true " +
    "2001-12-14 2001-12-14T21:59:43Z +1 -1 -0 1.50 1.0 1. .5 00 0 12345678901234567890 1:30 190:20:30 1e400 = << nullx ~x " +
    "'0x1F' \"0x1F\" \"\\x41b\" 'it''s' \"a\\tb\" 'null' \"~\" !!str").split(" ").concat([
      "!!str 0x1F",
      "a value of words",
      "'  blanks  '",
    ]);

function configured(scalar: string): string {
  return `virtual:\n  - address: 192.0.2.1:80\n    service:   http\n    passwd:   ${scalar}\n    real: [10.0.0.1:80 masq]\n`;
}

function passwordIn(text: string): string | undefined {
  const { tree, problems } = parseYaml(text);
  deepStrictEqual(problems.toSorted().filter(({ severity }) => severity === "error"), [], text);
  return tree.sections[0].settings.passwd?.value.reveal();
}

for (const scalar of SCALARS.filter((each) => each !== "!!str" && each !== "<<")) {
  Deno.test(`fmt leaves ${scalar} as it stands`, () => {
    const text = configured(scalar);
    const formatted = formatYaml(text);
    ok(formatted.includes(`passwd: ${scalar}\n`), formatted);
    strictEqual(passwordIn(formatted), passwordIn(text));
    strictEqual(formatYaml(formatted), formatted);
  });
}

for (const scalar of SCALARS.filter((each) => /^[\w.+~-]+$/.test(each))) {
  Deno.test(`convert keeps ${scalar} in YAML and back`, () => {
    const text =
      `virtual = 192.0.2.1:80\n\tservice = http\n\tpasswd = "${scalar}"\n\tcomment = "${scalar}"\n\treal = 10.0.0.1:80 masq\n`;
    const { tree, lines } = parse(text);
    const yaml = writeYaml(outlineOf(tree, lines));
    strictEqual(passwordIn(yaml), scalar, yaml);
    strictEqual(writeCf(parseYaml(yaml).outline), writeCf(outlineOf(tree, lines)));
    strictEqual(passwordIn(formatYaml(yaml)), scalar);
  });
}

Deno.test("fmt leaves values without text, aliases, block scalars and values of several lines what they are", () => {
  const text = `x-secret: &s 0x1F
x-nothing:
x-words: [ 1e3,  *nowhere ]
virtual:
  - address: 192.0.2.1:80
    passwd: *s
    service: http
    request: >-
      /a
    comment: several
      lines
    receive: |-
      0x1F
    real: [10.0.0.1:80 masq]
`;
  const formatted = formatYaml(text);
  ok(formatted.includes("x-nothing:\n"), formatted);
  ok(formatted.includes("[1e3, *nowhere]"), formatted);
  const [before, after] = [text, formatted].map((each) =>
    JSON.stringify(parseYaml(each).outline.sections[0].entries.map(({ name, value }) => [name, value]))
  );
  strictEqual(after, before);
  strictEqual(passwordIn(formatted), "0x1F");
});
