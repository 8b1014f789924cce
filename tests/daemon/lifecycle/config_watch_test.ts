import { deepStrictEqual } from "node:assert/strict";
import { FileWatch } from "../../../src/daemon/lifecycle/config_watch.ts";

/** What is done to the file before each look, and what the look must say. */
const TIMELINES: [
  name: string,
  steps: [change: "write" | "touch" | "copy" | "swap" | "remove" | "-", changed: boolean][],
][] = [
  ["a file that nobody touches", [["-", false], ["-", false]]],
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
        return watch.look();
      });
      deepStrictEqual(seen, steps.map(([, changed]) => changed));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
