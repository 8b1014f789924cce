import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type Invocation, parseArguments, type VerbOptions } from "../../../src/cli/base/arguments.ts";

const verb = (verb: string, config?: string, options: Partial<VerbOptions> = {}) =>
  ({
    kind: "verb",
    verb,
    config,
    options: { debug: false, foreground: false, background: false, standby: false, ...options },
  }) as Invocation;

const TOOLS = new Set(["check", "help"]);

const ROWS: [line: string, expected: Invocation][] = [
  ["start", verb("start")],
  ["www start", verb("start", "www")],
  ["/etc/ha.d/www.cf try-restart", verb("try-restart", "/etc/ha.d/www.cf")],
  ["-d www start", verb("start", "www", { debug: true })],
  ["www -d start", verb("start", "www", { debug: true })],
  ["--debug start", verb("start", undefined, { debug: true })],
  ["--foreground www start", verb("start", "www", { foreground: true })],
  ["www start --standby", verb("start", "www", { standby: true })],
  ["www --background start --standby", verb("start", "www", { background: true, standby: true })],
  ["www start --foreground -d", verb("start", "www", { debug: true, foreground: true })],
  ["www status --long", verb("status", "www", { form: "long" })],
  ["--json status", verb("status", undefined, { form: "json" })],
  ["status --yaml", verb("status", undefined, { form: "yaml" })],
  ["-- www status", verb("status", "www")],
  ["-- -d status", verb("status", "-d")],
  ["start start", verb("start", "start")],
  ["www start start", verb("start", "www")],
  ["www force-reload", verb("force-reload", "www")],
  ["check", { kind: "tool", name: "check", args: [] }],
  ["check www --json", { kind: "tool", name: "check", args: ["www", "--json"] }],
  ["check start", verb("start", "check")],
  ["help start", { kind: "tool", name: "help", args: ["start"] }],
  ["www start --help", { kind: "help", topic: "start" }],
  ["-h", { kind: "help", topic: undefined }],
  ["-?", { kind: "help", topic: undefined }],
  ["www --help", { kind: "help", topic: undefined }],
  ["--version", { kind: "version", asDocument: false }],
  ["-v", { kind: "version", asDocument: false }],
  ["-v --json", { kind: "version", asDocument: true }],
  ["--json --version", { kind: "version", asDocument: true }],
];

for (const [line, expected] of ROWS) {
  Deno.test({
    name: `ldirectord ${line}`,
    permissions: "none",
    fn: () => deepStrictEqual(parseArguments(line.split(" "), TOOLS), expected),
  });
}

const COMPLAINTS: readonly (readonly [line: string, complaint: string | undefined])[] = [
  ["", undefined],
  ["www", "Unknown command: www"],
  ["chekc", "Unknown command: chekc; did you mean check?"],
  ["chekc 10.0.0.12", "Unknown command: chekc; did you mean check?"],
  ["chekc --for 1h 10.0.0.12", "Unknown command: chekc; did you mean check?"],
  ["www statsu", "Unknown command: statsu; did you mean status?"],
  ["www begin", "Unknown command: begin"],
  ["status www", "The configuration comes before the command: ldirectord www status"],
  ["start /etc/x.cf", "The configuration comes before the command: ldirectord /etc/x.cf start"],
  ["www check", "The command comes first: ldirectord check www"],
  ["--nonsense start", "Unknown option: --nonsense"],
  ["--foregroud start", "Unknown option: --foregroud; did you mean --foreground?"],
];

for (const [line, complaint] of COMPLAINTS) {
  Deno.test({
    name: `ldirectord ${line}: the wrong word is named`,
    permissions: "none",
    fn: () => deepStrictEqual(parseArguments(line.split(" ").filter(Boolean), TOOLS), { kind: "usage", complaint }),
  });
}

for (
  const line of ["", "www", "start www", "www begin", "-x start", "--debugging start", "www start --json", "a b c"]
) {
  Deno.test({
    name: `ldirectord ${line}: usage`,
    permissions: "none",
    fn: () => strictEqual(parseArguments(line.split(" ").filter(Boolean), TOOLS).kind, "usage"),
  });
}
