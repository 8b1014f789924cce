import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileSink, streamSink } from "../../../src/daemon/log/log_sinks.ts";
import { close, O_RDWR, open, read } from "../../../src/system/libc/files.ts";

async function withPipe(work: (path: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/pipe`;
  await new Deno.Command("mkfifo", { args: [path] }).output();
  try {
    work(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The system's library is opened at its first use and stays open. */
const LENIENT = { sanitizeResources: false };

Deno.test(
  "a stuck reader of the standard output delays nothing, and sees how many lines are missing",
  LENIENT,
  () =>
    withPipe((path) => {
      // A pipe that is open in both directions has a reader, and one that does not read.
      const fd = open(path, O_RDWR);
      const sink = streamSink(fd, (_severity, message) => message);
      const line = "x".repeat(999);
      for (let i = 0; i < 100; i++) sink("info", line, {});
      const bytes = new Uint8Array(100_000);
      const before = new TextDecoder().decode(bytes.slice(0, read(fd, bytes)));
      const whole = before.split("\n").filter((each) => each === line).length;
      sink("info", "after", {});
      const after = new TextDecoder().decode(bytes.slice(0, read(fd, bytes)));
      close(fd);
      strictEqual(after, `${100 - whole} lines dropped: the reader is too slow\nafter\n`);
      ok(whole > 10);
    }),
);

Deno.test(
  "a log that is a pipe gets its lines if there is a reader, and delays nothing if not",
  LENIENT,
  () =>
    withPipe((path) => {
      const complaints: string[] = [];
      const sink = fileSink(path, "text", "www", (complaint) => complaints.push(complaint));
      sink("info", "lost", {});
      match(complaints.join(), /^ldirectord: the log \S+ cannot be written: this pipe has no reader/);
      const fd = open(path, O_RDWR);
      sink("info", "hello", {});
      const bytes = new Uint8Array(1_000);
      match(new TextDecoder().decode(bytes.slice(0, read(fd, bytes))), /^\[.*\|www\|\d+\] hello\n$/);
      close(fd);
      deepStrictEqual(complaints.length, 1);
    }),
);
