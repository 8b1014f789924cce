import { strictEqual } from "node:assert/strict";
import { rfc5424Line } from "../../../src/daemon/log/rfc5424.ts";
import type { LogFields } from "../../../src/daemon/log/log.ts";
import type { Severity } from "../../../src/model/log.ts";
import { pure } from "../../config/fixture.ts";
import { transcript } from "../../transcripts.ts";

const ORIGIN = { facility: 19, host: "lb1.example.org", pid: 812, configuration: "www" };
const TIME = new Date("2026-11-20T10:33:49.003Z");

type Row = [what: string, severity: Severity, message: string, fields: LogFields, line: string, origin?: typeof ORIGIN];

const ROWS: readonly Row[] = [
  [
    "header, structured data and words (RFC 5424, 6)",
    "warning",
    "Real server 10.0.0.11:80 (192.0.2.10:80) is down: refused",
    { event: "transition", virtual: "192.0.2.10:80", real: "10.0.0.11:80", was: "up", is: "down", reason: "refused" },
    "<156>1 2026-11-20T10:33:49.003Z lb1.example.org ldirectord 812 transition " +
    '[ldirectord@32473 configuration="www" event="transition" virtual="192.0.2.10:80" real="10.0.0.11:80" was="up" ' +
    'is="down" reason="refused"] Real server 10.0.0.11:80 (192.0.2.10:80) is down: refused',
  ],
  [
    "a line without an event has a dash for its name (6.2.7), and numbers are written as such",
    "error",
    "no",
    { weight: 3 },
    '<155>1 2026-11-20T10:33:49.003Z lb1.example.org ldirectord 812 - [ldirectord@32473 configuration="www" weight="3"] no',
  ],
  [
    "a value cannot end its quotes, its element, or an escape (6.3.3); other characters have no backslash",
    "info",
    "x",
    { reason: 'a"b] real="c"\\ \\n[' },
    "<158>1 2026-11-20T10:33:49.003Z lb1.example.org ldirectord 812 - " +
    '[ldirectord@32473 configuration="www" reason="a\\"b\\] real=\\"c\\"\\\\ \\\\n["] x',
  ],
  [
    "words that are not ASCII begin with the mark of UTF-8 (6.4)",
    "debug",
    "größer",
    {},
    '<159>1 2026-11-20T10:33:49.003Z lb1.example.org ldirectord 812 - [ldirectord@32473 configuration="www"] \u{feff}größer',
  ],
  [
    "a host without a name is a dash (6.2.4)",
    "notice",
    "x",
    {},
    '<29>1 2026-11-20T10:33:49.003Z - ldirectord 812 - [ldirectord@32473 configuration="www"] x',
    { ...ORIGIN, facility: 3, host: "" },
  ],
];

for (const [what, severity, message, fields, line, origin = ORIGIN] of ROWS) {
  pure(`rfc5424: ${what}`, () => {
    strictEqual(rfc5424Line(origin, TIME, severity, message, fields), line);
  });
}

Deno.test("documents: a line with structured data, which the document breaks", () => {
  const transition = { event: "transition", virtual: "192.0.2.10:80", real: "10.0.0.11:80" } as const;
  const line = rfc5424Line(
    { ...ORIGIN, host: "lb1" },
    TIME,
    "warning",
    "Real server 10.0.0.11:80 (192.0.2.10:80) is down: connection refused",
    { ...transition, was: "up", is: "down", reason: "connection refused" },
  );
  strictEqual(transcript("docs/systemd.md", "<156>1 2026-11-20").text.replaceAll("\n", " "), line);
});
