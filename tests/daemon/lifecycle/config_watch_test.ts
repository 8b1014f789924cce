import { deepStrictEqual } from "node:assert/strict";
import { FileWatch } from "../../../src/daemon/lifecycle/config_watch.ts";

/** What is done to the file before each look, and what the look must say. */
const TIMELINES: [
  name: string,
  steps: [change: "write" | "touch" | "copy" | "swap" | "remove" | "-", changed: boolean][],
][] = [
  ["a file that is not touched", [["-", false], ["-", false]]],
  ["a changed file, once it has come to rest", [["write", false], ["-", true], ["-", false]]],
  ["a file that is being written for a while", [["write", false], ["write", false], ["-", true]]],
  ["a file that was only touched", [["touch", false], ["-", false]]],
  ["a file that was copied over itself", [["copy", false], ["-", false]]],
  ["a change after a touch", [["touch", false], ["-", false], ["write", false], ["-", true]]],
  ["another text of the same length and time", [["touch", false], ["-", false], ["swap", false], ["-", true]]],
  ["a file that is replaced through a gap", [["remove", false], ["write", false], ["-", true]]],
  ["a file that is gone", [["remove", false], ["-", false]]],
];

/** Writes another text of the same length and sets the time of change back, as `cp -p` and rsync do. */
function swap(path: string): void {
  const { mtime, ctime, size } = Deno.statSync(path);
  const isLater = () => Deno.statSync(path).ctime!.getTime() > ctime!.getTime();
  // The kernel's clock for files ticks every few milliseconds.
  for (let i = 0; i < 100_000 && !isLater(); i++) {
    Deno.writeTextFileSync(path, "y".repeat(size));
    Deno.utimeSync(path, mtime!, mtime!);
  }
}

function copyOf(path: string): string {
  Deno.copyFileSync(path, `${path}.new`);
  return `${path}.new`;
}

for (const [name, steps] of TIMELINES) {
  Deno.test(`FileWatch: ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const path = `${folder}/www`;
      Deno.writeTextFileSync(path, "0");
      const watch = new FileWatch(path);
      const seen = steps.map(([change], i) => {
        if (change === "write") Deno.writeTextFileSync(path, "x".repeat(i + 2));
        if (change === "touch") Deno.utimeSync(path, 1_000_000 + i, 1_000_000 + i);
        if (change === "copy") Deno.renameSync(copyOf(path), path);
        if (change === "swap") swap(path);
        if (change === "remove") Deno.removeSync(path);
        return watch.look() !== undefined;
      });
      deepStrictEqual(seen, steps.map(([, changed]) => changed));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** What is done in the folder of the files before each look, and the file that the look must name. */
const FOLDER_TIMELINES: [name: string, steps: [change: (folder: string) => void, changed: string | undefined][]][] = [
  ["an included file changes", [
    [(folder) => Deno.writeTextFileSync(`${folder}/conf.d/a.cf`, "other"), undefined],
    [() => {}, "conf.d/a.cf"],
    [() => {}, undefined],
  ]],
  ["a file appears that the pattern matches", [
    [(folder) => Deno.writeTextFileSync(`${folder}/conf.d/b.cf`, "new"), undefined],
    [() => {}, "conf.d/b.cf"],
  ]],
  ["a file appears that the pattern does not match", [
    [(folder) => Deno.writeTextFileSync(`${folder}/conf.d/b.cf~`, "new"), undefined],
    [() => {}, undefined],
  ]],
  ["a file that the pattern matched goes", [
    [(folder) => Deno.removeSync(`${folder}/conf.d/a.cf`), undefined],
    [() => {}, "conf.d/a.cf"],
  ]],
  ["the folder goes, and returns with the same", [
    [(folder) => Deno.renameSync(`${folder}/conf.d`, `${folder}/away`), undefined],
    [(folder) => Deno.renameSync(`${folder}/away`, `${folder}/conf.d`), undefined],
    [() => {}, undefined],
  ]],
  ["a file that must be there is replaced through a gap", [
    [(folder) => Deno.removeSync(`${folder}/one.cf`), undefined],
    [() => {}, undefined],
    [(folder) => Deno.writeTextFileSync(`${folder}/one.cf`, "other"), undefined],
    [() => {}, "one.cf"],
  ]],
];

function patternsIn(folder: string) {
  return [{ folder: `${folder}/conf.d`, name: "*.cf" }, { folder, name: "one.cf" }];
}

async function withFiles(run: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    Deno.mkdirSync(`${folder}/conf.d`);
    for (const name of ["www", "one.cf", "conf.d/a.cf"]) Deno.writeTextFileSync(`${folder}/${name}`, "0");
    run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const [name, steps] of FOLDER_TIMELINES) {
  Deno.test(`FileWatch of several files: ${name}`, () =>
    withFiles((folder) => {
      const watch = new FileWatch(`${folder}/www`, patternsIn(folder));
      const seen = steps.map(([change]) => {
        change(folder);
        return watch.look()?.slice(folder.length + 1);
      });
      deepStrictEqual(seen, steps.map(([, changed]) => changed));
    }));
}

Deno.test("FileWatch: files that are included from now on are watched, and a change before that is still noticed", () =>
  withFiles((folder) => {
    const watch = new FileWatch(`${folder}/www`);
    Deno.writeTextFileSync(`${folder}/www`, "other");
    watch.follow(patternsIn(folder));
    deepStrictEqual([watch.look(), watch.look()], [undefined, `${folder}/www`]);
    Deno.writeTextFileSync(`${folder}/conf.d/a.cf`, "other");
    deepStrictEqual([watch.look(), watch.look()], [undefined, `${folder}/conf.d/a.cf`]);
    watch.follow([]);
    Deno.writeTextFileSync(`${folder}/conf.d/a.cf`, "yet another");
    deepStrictEqual([watch.look(), watch.look()], [undefined, undefined]);
  }));
