import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { HistoryFile, readHistory } from "../../../src/daemon/records/history_file.ts";

const NEVER = (text: string) => {
  throw new Error(text);
};

async function withFolder(work: (path: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    work(`${folder}/www.history`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("what happened is in the file, in its order, also for the next daemon", () =>
  withFolder((path) => {
    for (const detail of ["first", "second"]) {
      const history = new HistoryFile(path, NEVER);
      history.add({ kind: "started", detail });
      history.add({ kind: "down", virtual: "192.0.2.10:80", real: "10.0.0.11:80", detail: "connection refused" });
      history.flush();
    }
    deepStrictEqual(readHistory(path).map(({ kind, detail }) => `${kind} ${detail}`), [
      "started first",
      "down connection refused",
      "started second",
      "down connection refused",
    ]);
  }));

Deno.test("a line that was cut off by a crash is passed over", () =>
  withFolder((path) => {
    const history = new HistoryFile(path, NEVER);
    history.add({ kind: "started", detail: "one" });
    history.flush();
    Deno.writeTextFileSync(path, '{"time":"2026-11-2\n', { append: true });
    history.add({ kind: "stopped", detail: "two" });
    history.flush();
    deepStrictEqual(readHistory(path).map(({ detail }) => detail), ["one", "two"]);
  }));

Deno.test("the file is bounded, and it is the old that goes", () =>
  withFolder((path) => {
    const history = new HistoryFile(path, NEVER);
    for (let i = 0; i < 40_000; i++) history.add({ kind: "down", detail: `number ${i}` });
    history.flush();
    for (let i = 0; i < 10; i++) {
      history.add({ kind: "up", detail: `last ${i}` });
      history.flush();
    }
    ok(Deno.statSync(path).size <= 2_100_000);
    const entries = readHistory(path);
    strictEqual(entries.at(-1)?.detail, "last 9");
    ok(entries.length > 1_000);
  }));

Deno.test("a watcher gets what is new since its last question, and no more than is kept in memory", () => {
  const history = new HistoryFile(undefined, NEVER);
  history.add({ kind: "started", detail: "a" });
  const first = history.since(0);
  deepStrictEqual([first.entries.length, first.next], [1, 1]);
  deepStrictEqual(history.since(first.next).entries, []);
  for (let i = 0; i < 2_000; i++) history.add({ kind: "up", detail: `${i}` });
  const { entries, next } = history.since(first.next);
  ok(entries.length >= 500 && entries.length < 1_000);
  strictEqual(entries.at(-1)?.detail, "1999");
  deepStrictEqual(history.since(next).entries, []);
});

Deno.test("a history that cannot be written is complained of once, and holds up nothing", () => {
  const complaints: string[] = [];
  const history = new HistoryFile("/proc/nowhere/www.history", (text) => complaints.push(text));
  for (let i = 0; i < 3; i++) {
    history.add({ kind: "up", detail: "x" });
    history.flush();
  }
  strictEqual(complaints.length, 1);
  match(complaints[0], /History cannot be written/);
});
