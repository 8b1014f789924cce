import { deepStrictEqual, match, ok } from "node:assert/strict";
import { outlineOf } from "../../../src/config/cf/outline.ts";
import { parse } from "../../../src/config/cf/parse.ts";
import { decodeSource } from "../../../src/model/source_text.ts";
import { writeYaml } from "../../../src/config/yaml/write.ts";
import { parseYaml } from "../../../src/config/yaml/read.ts";
import { needsSetup } from "../../needs_setup.ts";

const ROOT = new URL("../../../", import.meta.url);

/** Asks python3-jsonschema, another program than ours, what it thinks of texts in YAML: "" for each that is valid. */
async function judged(texts: readonly string[]): Promise<readonly string[]> {
  const program = `
import json, sys, yaml, jsonschema
schema, texts = json.load(sys.stdin)
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
print(json.dumps(["; ".join(e.message for e in validator.iter_errors(yaml.safe_load(t))) for t in texts]))
`;
  const schema = JSON.parse(await Deno.readTextFile(new URL("packaging/ldirectord.schema.json", ROOT)));
  const child = new Deno.Command("python3", { args: ["-c", program], stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify([schema, texts])));
  await writer.close();
  return JSON.parse(new TextDecoder().decode((await child.output()).stdout));
}

Deno.test("the schema accepts every configuration of the corpus and of the package, in YAML", needsSetup, async () => {
  const texts = ["tests/config/corpus/", "packaging/examples/"].flatMap((folder) =>
    [...Deno.readDirSync(new URL(folder, ROOT))].filter(({ name }) => name.endsWith(".cf")).flatMap(({ name }) => {
      const { tree, problems, lines } = parse(decodeSource(Deno.readFileSync(new URL(`${folder}${name}`, ROOT))));
      return problems.hasErrors ? [] : [writeYaml(outlineOf(tree, lines))];
    })
  );
  ok(texts.length > 10);
  deepStrictEqual(await judged(texts), texts.map(() => ""));
});

Deno.test("what the schema refuses, the program refuses as well", needsSetup, async () => {
  const texts = [
    "checkinterval: 10s",
    "checkinterval: 0",
    "checkinterval: 0.05",
    "slowstart: 0.05",
    "emailalertfreq: 0.5",
    "checkintervall: 10",
    "autoreload: maybe",
    "request: /",
    "logfile: [a]",
    "virtual: [{service: http}]",
    "virtual: [{address: '1.2.3.4:80', service: htpp}]",
    "virtual: [{address: []}]",
    "virtual: [{address: [7]}]",
    "virtual: [{mark: 7, real: [{address: 10.0.0.1}]}]",
    "virtual: [{mark: 7, real: [{address: 10.0.0.1, forward: gat}]}]",
    "virtual: [{mark: 7, real: [{address: 10.0.0.1, forward: gate, weight: -1}]}]",
    "virtual: [{mark: 7, real: [{address: 10.0.0.1, forward: gate, wieght: 1}]}]",
    "virtual: [{mark: 7, callback: /x}]",
    "virtual: [{mark: 7, send: x}]",
    "virtual: [{mark: 7, dialogue: [{send: x, expect: x}]}]",
    "virtual: [{mark: 7, dialogue: [{receive: x}]}]",
    "virtual: [{mark: 7, dialogue: [x]}]",
    "dialogue: [{send: x}]",
  ];
  for (const [i, verdict] of (await judged(texts)).entries()) ok(verdict !== "", texts[i]);
  for (const text of texts) ok(parseYaml(text).problems.hasErrors, text);
});

Deno.test("the schema takes tenths of a second, and YAML is written with them as numbers", needsSetup, async () => {
  const cf = "checkinterval = 0.3\nslowstart = 0\nretryinterval = 0.1\nchecktimeout = 2.50\n";
  const { tree, problems, lines } = parse(decodeSource(new TextEncoder().encode(cf)));
  ok(!problems.hasErrors);
  const text = writeYaml(outlineOf(tree, lines));
  match(text, /^checkinterval: 0\.3$/m);
  const { problems: again } = parseYaml(text);
  deepStrictEqual([...again.toSorted()], []);
  deepStrictEqual(await judged(["checkinterval: 0.3\nslowstart: 0\nretryinterval: 0.1\nchecktimeout: 2.5"]), [""]);
});
