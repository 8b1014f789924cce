/**
 * Whole files: those of the old documents, those of our own package, and files made to be hard.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { decodeSource } from "../../src/model/source_text.ts";
import { saysFacts } from "../facts.ts";
import { line, load } from "./fixture.ts";
import { Random, seedOfRun } from "../random.ts";

const CORPUS = new URL("./corpus/", import.meta.url);
const EXAMPLES = new URL("../../packaging/examples/", import.meta.url);

function filesOf(folder: URL): readonly URL[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => new URL(name, folder)).filter(({ pathname }) =>
    pathname.endsWith(".cf")
  );
}

function loadFile(url: URL) {
  return load(decodeSource(Deno.readFileSync(url)));
}

Deno.test("the first readme's configuration says what to write instead of timeout", () => {
  const { problems } = loadFile(new URL("first-readme.cf", CORPUS));
  saysFacts(problems.map(line), [
    "error 4:1+7 timeout … checktimeout … negotiatetimeout",
    "warning 18:11+17 quiescent … not set … yes …",
  ]);
  saysFacts([problems[0].hint!], ["… checktimeout = seconds … negotiatetimeout = seconds"]);
});

Deno.test("the configurations of the old documents load as they are", () => {
  const rows: Readonly<Record<string, readonly string[]>> = {
    "setup-guide.cf": ["tcp:192.0.2.1:80", "tcp:192.0.2.1:443", "tcp:192.0.2.2:80", "tcp:192.0.2.2:443"],
    "article.cf": ["tcp:192.168.6.240:80"],
    "every-directive.cf": ["tcp:192.0.2.1:80", "tcp:192.0.2.2:80", "udp:[2001:db8::1]:53", "fwm:1"],
  };
  for (const [name, virtuals] of Object.entries(rows)) {
    const { model, problems } = loadFile(new URL(name, CORPUS));
    deepStrictEqual(problems.map(line), [], name);
    deepStrictEqual([...model!.virtuals.keys()], virtuals);
  }
});

Deno.test("carriage returns, tabs, comments and a missing last newline do not matter", () => {
  const { model, problems } = loadFile(new URL("old-habits.cf", CORPUS));
  saysFacts(problems.map(line), ["warning 5:1+10 supervised … yes"]);
  const reals = [...model!.virtuals.values()].map(({ reals }) => [...reals.keys()]);
  deepStrictEqual(reals, [["10.0.0.5:80", "10.0.0.6:80"], ["10.0.0.7:25"]]);
  strictEqual(model!.autoReload, true);
});

Deno.test("every example configuration loads without a word", () => {
  const files = filesOf(EXAMPLES);
  ok(files.length >= 10);
  for (const file of files) deepStrictEqual(loadFile(file).problems.map(line), [], file.pathname);
});

/** Damages bytes here and there: flips, cuts, doubles, and swaps in what files are made of. */
function damage(bytes: Uint8Array, random: Random): Uint8Array {
  const pieces = [
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
    "virtual=",
    "real=",
    "\0",
    "\xff",
    ",",
    " l:",
    "(",
    "\\",
  ];
  let text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  for (let edits = 1 + random.below(12); edits > 0; edits--) {
    const at = random.below(text.length + 1);
    const length = random.below(30);
    const piece = random.of([
      random.of(pieces),
      String.fromCharCode(random.below(256)),
      text.slice(random.below(text.length), random.below(text.length)).slice(0, 200),
      "",
    ]);
    text = text.slice(0, at) + piece + text.slice(at + random.below(2) * length);
  }
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function noise(random: Random): Uint8Array {
  return Uint8Array.from({ length: random.below(3_000) }, () => random.below(256));
}

/** Far more than a file of a few kilobytes may take, on any machine. */
const HANG = 5_000;

Deno.test("no file crashes or hangs the parser, and problems point into the file", () => {
  const random = new Random(seedOfRun());
  const originals = [...filesOf(CORPUS), ...filesOf(EXAMPLES)].map((file) => Deno.readFileSync(file));
  for (let i = 0; i < 1_500; i++) {
    const bytes = random.below(5) === 0 ? noise(random) : damage(random.of(originals), random);
    const text = decodeSource(bytes);
    const lines = text.replace(/^\u{feff}/u, "").split("\n");
    const start = performance.now();
    const { model, problems } = load(text);
    const context = `SEED=${random.seed}, file ${i}`;
    ok(performance.now() - start < HANG, context);
    ok(problems.length <= 202, context);
    strictEqual(model === undefined, problems.some(({ severity }) => severity === "error"), context);
    for (const problem of problems) {
      const source = lines[problem.line - 1];
      ok(source !== undefined, `${context}: ${line(problem)}`);
      ok(problem.column >= 1 && problem.column + problem.length <= source.length + 2, `${context}: ${line(problem)}`);
    }
  }
});

Deno.test("ten thousand real servers load at once", () => {
  const sections = Array.from({ length: 100 }, (_, v) => {
    const reals = Array.from(
      { length: 100 },
      (_, r) => `    real = 10.1.${v}.${r}:80 masq 10 "/check${r}", "OK web${v}-${r}" l:${r} u:${r + 100}`,
    );
    return [`virtual = 10.0.0.${v}:80`, "    service = http", ...reals].join("\n");
  });
  const start = performance.now();
  const { model } = load(`quiescent = yes\n${sections.join("\n")}\n`);
  ok(performance.now() - start < HANG);
  strictEqual([...model!.virtuals.values()].reduce((sum, { reals }) => sum + reals.size, 0), 10_000);
});

Deno.test("one huge line of each kind is read in no time", () => {
  for (const piece of ["x", '"', "#", '"#', " ", "->", "[", "(", "1", ":", ",", "\t"]) {
    for (
      const before of ["", "virtual = ", "virtual = 10.0.0.9:80\n    receive = ", "virtual = 10.0.0.9:80\n    real = "]
    ) {
      for (const length of [60_000, 200_000]) {
        const start = performance.now();
        load(before + piece.repeat(length / piece.length));
        ok(performance.now() - start < HANG, `${before}${piece}`);
      }
    }
  }
});
