import { ok, strictEqual } from "node:assert/strict";
import { judgeFile } from "../../src/checkers/file.ts";
import { runRound, timedOut } from "../../src/checkers/run.ts";
import { weightIn } from "../../src/checkers/weight_file.ts";
import type { CheckMethod, CheckResult } from "../../src/model/check.ts";
import { checkOf, inWords, openDescriptors } from "./peers.ts";

const pure = { permissions: "none" } as const;

/** Seconds since the file was modified (`undefined` = there is none), `maxage`, and the verdict. */
const AGES: [name: string, age: number | undefined, maxAge: number | undefined, verdict: string][] = [
  ["no file", undefined, undefined, "down (reported): /x is not there"],
  ["no file with maxage", undefined, 30, "down (reported): /x is not there"],
  ["any age", 1e6, undefined, "up: /x was modified 1000000 s ago"],
  ["young enough", 29.5, 30, "up: /x was modified 29.5 s ago"],
  ["at the limit", 30, 30, "up: /x was modified 30 s ago"],
  ["just too old", 30.01, 30, "down (reported): /x was modified 30.1 s ago, and may be 30 s old"],
  ["too old", 61, 0.5, "down (reported): /x was modified 61 s ago, and may be 0.5 s old"],
  ["from the future", -3600, 1, "up: /x was modified 0 s ago"],
];

for (const [name, age, maxAge, expected] of AGES) {
  Deno.test({
    name: `file: ${name}`,
    ...pure,
    fn: () => strictEqual(inWords(judgeFile("/x", age, maxAge)), expected),
  });
}

/** A first line -> the weight in it. */
const WEIGHTS: [line: string, weight: string][] = [
  ["0", "0"],
  ["20", "20"],
  ["007", "7"],
  ["65535", "65535"],
  ["65536", "none"],
  ["99999", "none"],
  ["50%", "50%"],
  ["50 %", "50%"],
  ["0%", "0%"],
  ["150%", "150%"],
  ["1000%", "none"],
  ["-1", "none"],
  ["1.5", "none"],
  ["0x10", "none"],
  ["", "none"],
  ["drain", "none"],
  ["20 # why", "none"],
];

for (const [line, expected] of WEIGHTS) {
  Deno.test({
    name: `weightfile: "${line}"`,
    ...pure,
    fn: () => {
      const weight = weightIn(line);
      strictEqual(!weight ? "none" : "percent" in weight ? `${weight.percent}%` : String(weight.absolute), expected);
    },
  });
}

/** What is at the path, and what a weight file's round finds there. */
const FILES: [name: string, make: (path: string) => Promise<unknown>, weight: string | undefined, said: RegExp][] = [
  ["a number", (path) => Deno.writeTextFile(path, "20\n"), "20", /says 20$/],
  ["a number without a line end", (path) => Deno.writeTextFile(path, "20"), "20", /says 20$/],
  ["blanks, a line end of Windows, more lines", (path) => Deno.writeTextFile(path, " 50% \r\nof it\n"), "50%", /50%$/],
  [
    "a link to a file",
    async (path) => {
      await Deno.writeTextFile(`${path}.real`, "7\n");
      await Deno.symlink(`${path}.real`, path);
    },
    "7",
    /says 7$/,
  ],
  ["nothing", () => Promise.resolve(), undefined, /configured weight holds; .*is not there$/],
  ["a link to nothing", (path) => Deno.symlink(`${path}.gone`, path), undefined, /is not there$/],
  ["an empty file", (path) => Deno.writeTextFile(path, ""), undefined, /0 to 65535.*nothing in its first line$/],
  ["no weight", (path) => Deno.writeTextFile(path, "much\u001b[1m\n"), undefined, /has no weight.*much\\u\{1b\}/],
  ["a folder", (path) => Deno.mkdir(path), undefined, /cannot read.*no regular file$/],
  ["a FIFO without a writer", (path) => run("mkfifo", path), undefined, /cannot read.*no regular file$/],
  [
    "a megabyte in one line",
    (path) => Deno.writeFile(path, new Uint8Array(1 << 20).fill(0x31)),
    undefined,
    /has no weight/,
  ],
  [
    "a megabyte in many lines",
    (path) => Deno.writeTextFile(path, "12\n".repeat(1 << 19)),
    "12",
    /says 12$/,
  ],
];

for (const [name, make, weight, said] of FILES) {
  Deno.test(`weightfile: ${name}`, async () => {
    const result = await roundAt(make, "weightfile");
    ok(result.up, "it takes no server down");
    const found = result.weight && ("percent" in result.weight ? `${result.weight.percent}%` : result.weight.absolute);
    strictEqual(found?.toString(), weight);
    ok(said.test(result.detail), result.detail);
    strictEqual(result.warning !== undefined, weight === undefined, "what is wrong is a warning");
  });
}

/** What is at the path, `maxage`, and the check's verdict. */
const CHECKED: [name: string, make: (path: string) => Promise<unknown>, maxAge: number | undefined, said: RegExp][] = [
  ["a new file", (path) => Deno.writeTextFile(path, ""), 30, /^up: .* was modified \d(\.\d)? s ago$/],
  [
    "an old file",
    async (path) => {
      await Deno.writeTextFile(path, "");
      await Deno.utime(path, 1e9, 1e9);
    },
    30,
    /^down \(reported\): .* and may be 30 s old$/,
  ],
  [
    "a file of tomorrow",
    async (path) => {
      await Deno.writeTextFile(path, "");
      await Deno.utime(path, 0, Date.now() / 1000 + 86400);
    },
    30,
    /^up: .* was modified 0 s ago$/,
  ],
  ["nothing", () => Promise.resolve(), undefined, /^down \(reported\): .* is not there$/],
  ["a folder", (path) => Deno.mkdir(path), undefined, /^down \(internal\): cannot look at .* no regular file$/],
  ["a FIFO", (path) => run("mkfifo", path), undefined, /^down \(internal\): .* no regular file$/],
  ["a link to itself", (path) => Deno.symlink(path, path), undefined, /^down \(internal\): /],
];

for (const [name, make, maxAge, said] of CHECKED) {
  Deno.test(`file: ${name}`, async () => {
    const words = inWords(await roundAt(make, "file", maxAge));
    ok(said.test(words), words);
  });
}

Deno.test({
  name: "files: a file system that hangs is trouble of ours, a silent server is not",
  ...pure,
  fn: () => {
    const why = (method: CheckMethod) => inWords(timedOut(method, "no answer"));
    strictEqual(why("file"), "down (internal): no answer");
    strictEqual(why("weightfile"), "down (internal): no answer");
    strictEqual(why("connect"), "down (timeout): no answer");
  },
});

Deno.test("files: rounds hold no descriptor afterwards, and many may look at once", async () => {
  await inFolder(async (path) => {
    await Deno.writeTextFile(path, "5\n");
    await round(path, "weightfile");
    const before = openDescriptors();
    const results = await Promise.all(Array.from({ length: 50 }, () => round(path, "weightfile")));
    ok(results.every((result) => result.up && result.weight));
    strictEqual(openDescriptors(), before);
  });
});

async function roundAt(make: (path: string) => Promise<unknown>, method: CheckMethod, maxAge?: number) {
  return await inFolder(async (path) => {
    await make(path);
    return await round(path, method, maxAge);
  });
}

async function round(file: string, method: CheckMethod, maxAge?: number): Promise<CheckResult> {
  const { result } = await runRound({ ...checkOf({ file, maxAge }), method }, method);
  return result;
}

async function inFolder<T>(use: (path: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await use(`${folder}/f`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(program: string, ...args: string[]): Promise<void> {
  ok((await new Deno.Command(program, { args }).output()).success);
}
