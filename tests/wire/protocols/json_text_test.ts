import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { utf8Characters } from "../../../src/wire/transport/latin1.ts";
import { findInJson, type JsonFinding } from "../../../src/wire/protocols/json_text.ts";
import { atOnce } from "../../../src/model/steps.ts";
import { Random } from "../../random.ts";
import { pure } from "../../config/fixture.ts";

type Path = readonly (string | number)[];

const find = (text: string, path: Path) => atOnce(findInJson(text, path));

/** What JSON.parse and the path make of a text. */
function byParsing(text: string, path: Path): JsonFinding | "no JSON" {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "no JSON";
  }
  for (const step of path) {
    const isRight = typeof step === "number" ? Array.isArray(value) : !Array.isArray(value);
    if (typeof value !== "object" || value === null || !isRight || !Object.hasOwn(value, step)) {
      return { is: "missing" };
    }
    value = (value as Record<string | number, unknown>)[step];
  }
  if (Array.isArray(value)) return { is: "list" };
  return typeof value === "object" && value !== null
    ? { is: "object" }
    : { is: "scalar", value: value as string | number | boolean | null };
}

function agrees(text: string, path: Path): void {
  const found = find(utf8Characters(text), path);
  deepStrictEqual(found.is === "no JSON" ? found.is : found, byParsing(text, path), `${text} ${path}`);
}

pure("a value is found where JSON.parse has it", () => {
  const text = ' {"a": {"b": [1, {"c": "x"}, [], true], "": null}, "é\\u00e9": "ü\\n", "a": {"b": [-0.5e1, {}]}}\n';
  const paths: readonly Path[] = [
    [],
    ["a"],
    ["a", "b"],
    ["a", "b", 0],
    ["a", "b", 1],
    ["a", "b", 1, "c"],
    ["a", "b", 2],
    ["a", 0],
    ["a", "b", "0"],
    ["a", ""],
    ["éé"],
    ["b"],
    ["toString"],
  ];
  for (const path of paths) agrees(text, path);
  for (const whole of ["1", '"x"', "null", "[]", "{}", "[[]]", "0", "-0", "1E+2"]) agrees(whole, []);
});

pure("what JSON.parse does not take is no JSON", () => {
  const texts = ["", " ", "x", "01", "1.", "+1", "tru", "'x'", '"', '"\\', '"\\x"', '"\t"', "[", "[1,]", "[1 2]", "[,]"]
    .concat(["{", "{1:2}", '{"a"}', '{"a":}', '{"a":1,}', '{"a":1', "[}", "{]", "1 2", "]", "[]]", "NaN", '{"a" 1}']);
  for (const text of texts) agrees(text, ["a"]);
  for (const text of texts) agrees(text, []);
});

pure("it agrees with JSON.parse about texts that are bent by chance", () => {
  const seeds = ['{"a":[{"b":1.5e3},"\\u0041\\"",true],"b":{"a":null}}', '[[1,2],{"a":{"b":[false]}},""]'];
  const pieces = ["{", "}", "[", "]", ",", ":", '"', "\\", "a", "1", "-", ".", "e", " ", "null", "\u0001"];
  const random = new Random(7);
  for (let round = 0; round < 20_000; round++) {
    let text = random.of(seeds);
    for (let changes = random.below(4); changes > 0; changes--) {
      const at = random.below(text.length + 1);
      text = text.slice(0, at) + random.of(pieces) + text.slice(at + random.below(3));
    }
    agrees(text, random.of<Path>([["a", 0, "b"], ["b"], [1, "a"], []]));
  }
});

pure("a hostile text of a megabyte takes many short steps, and no deep recursion", () => {
  const size = 1024 * 1024;
  const texts = [
    "[".repeat(size),
    '{"":'.repeat(size / 4),
    "[0" + ",0".repeat(size / 2 - 2) + "]",
    "[],".repeat(size / 3),
  ]
    .concat([`[${Array.from({ length: 60_000 }, (_, i) => `{"k${i}":0}`).join()}]`]);
  for (const text of texts) {
    let steps = 0;
    const work = findInJson(text, ["a"]);
    let state = work.next();
    while (!state.done) [steps, state] = [steps + 1, work.next()];
    // Between two looks at the clock 64 values are read.
    ok(state.value.is === "no JSON" || steps > text.length / 1024, text.slice(0, 20));
  }
  strictEqual(find("[".repeat(size), []).is, "no JSON");
});
