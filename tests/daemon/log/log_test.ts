import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { formatDate } from "../../../src/daemon/log/date.ts";
import { Log, type LogFields } from "../../../src/daemon/log/log.ts";
import { fileSink } from "../../../src/daemon/log/log_sinks.ts";

async function inFolder(work: (path: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    work(`${folder}/ldirectord.log`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a line in the log file has the date, the configuration's name and the pid", () =>
  inFolder((path) => {
    new Log(fileSink(path, "text", "www")).info("Added virtual server: 192.0.2.1:80");
    match(
      Deno.readTextFileSync(path),
      /^\[\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\|www\|\d+\] Added virtual server: 192\.0\.2\.1:80\n$/,
    );
  }));

Deno.test("the log goes on in a new file when the old one has been rotated away", () =>
  inFolder((path) => {
    const log = new Log(fileSink(path, "text", "www"));
    log.info("before");
    Deno.renameSync(path, `${path}.1`);
    log.info("after");
    ok(Deno.readTextFileSync(`${path}.1`).includes("before"));
    ok(Deno.readTextFileSync(path).includes("after"));
  }));

Deno.test("a line in JSON has the words, and what they say", () =>
  inFolder((path) => {
    const log = new Log(fileSink(path, "json", "www"));
    log.write("warning", "Real server a is down", { event: "transition", real: "10.0.0.1:80", weight: 3 });
    const [line, rest] = Deno.readTextFileSync(path).split("\n");
    const { time, pid, ...said } = JSON.parse(line);
    match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    strictEqual(pid, Deno.pid);
    deepStrictEqual(said, {
      severity: "warning",
      configuration: "www",
      message: "Real server a is down",
      event: "transition",
      real: "10.0.0.1:80",
      weight: 3,
    });
    strictEqual(rest, "");
  }));

Deno.test("a log that cannot be written stops nothing, and is complained of once", () =>
  inFolder((path) => {
    const complaints: string[] = [];
    const folder = path.slice(0, path.lastIndexOf("/"));
    const log = new Log(fileSink(`${folder}/sub/log`, "text", "www", (complaint) => complaints.push(complaint)));
    log.info("hello");
    log.info("hello?");
    strictEqual(complaints.length, 1);
    match(complaints[0], /^ldirectord: the log \S+\/sub\/log cannot be written: No such file or directory/);
    Deno.mkdirSync(`${folder}/sub`);
    log.info("hello!");
    ok(Deno.readTextFileSync(`${folder}/sub/log`).endsWith("] hello!\n"));
  }));

Deno.test("a message with line ends is one line all the same", () =>
  inFolder((path) => {
    new Log(fileSink(path, "text", "www")).error("503\r\nEvil: [header]\u009b2J");
    const text = Deno.readTextFileSync(path);
    strictEqual(text.split("\n").length, 2);
    ok(text.includes("503\\u{d}\\u{a}Evil: [header]\\u{9b}2J"), "nor does it steer a terminal");
  }));

Deno.test("debug lines are written only when debugging", () => {
  const seen: string[] = [];
  new Log((_severity, message) => seen.push(message)).debug("quiet");
  new Log((_severity, message) => seen.push(message), "debug").debug("verbose");
  strictEqual(seen.join(), "verbose");
});

const SEVERITIES = ["error", "warning", "notice", "info", "debug"] as const;

for (const [i, level] of SEVERITIES.entries()) {
  Deno.test(`loglevel = ${level} hides what matters less, also after a reload`, () => {
    const [seen, later]: string[][] = [[], []];
    const log = new Log((severity) => seen.push(severity), level);
    const redirected = new Log(() => {}, "info");
    redirected.redirect((severity) => later.push(severity), level);
    for (const severity of SEVERITIES) {
      log.write(severity, "");
      redirected.write(severity, "");
    }
    deepStrictEqual([seen, later], [SEVERITIES.slice(0, i + 1), SEVERITIES.slice(0, i + 1)]);
  });
}

Deno.test("fields have no harmful characters either", () => {
  const seen: LogFields[] = [];
  new Log((_severity, _message, fields) => seen.push(fields)).write("error", "", {
    reason: "a\nPRIORITY=0\u{202e}",
    weight: 3,
  });
  deepStrictEqual(seen, [{ reason: "a\\u{a}PRIORITY=0\\u{202e}", weight: 3 }]);
});

Deno.test("formatDate() pads the day as ctime(3) does", () => {
  strictEqual(formatDate(new Date(2026, 10, 3, 4, 5, 6)), "Tue Nov  3 04:05:06 2026");
  strictEqual(formatDate(new Date(2026, 10, 20, 16, 15, 0)), "Fri Nov 20 16:15:00 2026");
});
