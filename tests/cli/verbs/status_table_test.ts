import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { RealStatus, Status, VirtualStatus } from "../../../src/control/status.ts";
import { type Paint } from "../../../src/cli/terminal/paint.ts";
import { realStatus, statusWith } from "../../web/example_status.ts";
import { statusTable } from "../../../src/cli/verbs/status_table.ts";

const NONE = { connections: 0, packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0 };
const PLAIN = Object.fromEntries(
  ["red", "green", "yellow", "cyan", "bold", "dim", "reverse"].map((name) => [name, (text: string) => text]),
) as unknown as Paint;

function real(changes: Partial<RealStatus> = {}): RealStatus {
  return realStatus({ names: [], ...changes });
}

function status(reals: readonly RealStatus[], virtual: Partial<VirtualStatus> = {}): Status {
  const base = statusWith(...reals);
  const kernel = { totals: NONE, rates: { ...NONE, connections: 25, bytesIn: 22_500, bytesOut: 600_000 } };
  return { ...base, virtuals: [{ ...base.virtuals[0], persistence: 300, kernel, ...virtual }] };
}

const DOWN = real({
  real: "10.0.0.12:80",
  state: "down",
  serving: false,
  why: "503 Service Unavailable",
  weight: { configured: 1, wanted: 0, kernel: 0 },
});

Deno.test({
  name: "status --long: every real server with its state, since when, its weights, its connections and why",
  permissions: "none",
  fn: () =>
    deepStrictEqual(statusTable(status([real(), DOWN]), { paint: PLAIN }), [
      "director 2.0.0, running for 3h02m, table in step (netlink), 1 of 2 real servers serve",
      "digests: table 0000000000ff, configuration 00000000000c",
      "",
      "192.0.2.10:80 tcp wrr persistent 300 (shop): up, 1 of 2 serve, 25 conn/s, in 22.5kB/s, out 600kB/s",
      "  REAL SERVER   STATE  SINCE  WEIGHT  KERNEL  ACTIVE  INACT  CONN/S  LATENCY  FAILS  WHY",
      "  10.0.0.11:80  up     2m10s       3       3      12      4      25    1.3ms      0  200 OK",
      "  10.0.0.12:80  down   2m10s   0 (1)       0      12      4      25    1.3ms      0  503 Service Unavailable",
      "  fallback 127.0.0.1:80 stands by",
    ]),
});

Deno.test({
  name: "status --long: a real server's name stands beside its address",
  permissions: "none",
  fn: () => {
    const named = [real({ names: ["web1", "web1.example"] }), real({ names: ["x".repeat(30)], real: "10.0.0.12:80" })];
    const text = statusTable(status(named), { paint: PLAIN }).join("\n");
    match(text, /^ {2}10\.0\.0\.11:80 \(web1\) {18}up /m);
    match(text, /^ {2}10\.0\.0\.12:80 \(x{19}…\) {2}up /m);
  },
});

Deno.test({
  name: "status --long: what is not known is a dash, and names that do not resolve are listed",
  permissions: "none",
  fn: () => {
    const bare = real({
      kernel: null,
      checks: [],
      weight: { configured: 3, wanted: null, kernel: null },
      state: "off",
    });
    const lines = statusTable(
      {
        ...status([bare], { fallback: null, kernel: null, persistence: null, name: null }),
        unresolved: [{
          virtual: "192.0.2.10:80",
          host: "web9",
          line: 12,
        }],
      },
      { paint: PLAIN },
    );
    match(lines.join("\n"), /^192\.0\.2\.10:80 tcp wrr: up, 1 of 1 serve$/m);
    match(lines.join("\n"), /10\.0\.0\.11:80 {2}off {4}2m10s {3}- \(3\) {7}- {7}- {6}- {7}- {8}- {6}- {2}200 OK/);
    strictEqual(lines.at(-1), "web9 (192.0.2.10:80, line 12): its name does not resolve");
  },
});

Deno.test({
  name: "status --long: what is out of step stands out: drift, a table out of reach, a reload that failed",
  permissions: "none",
  fn: () => {
    const drifted = real({ drift: "weight 9 in the kernel" });
    const troubled = status([drifted], { drift: "in the kernel's table and not in the configuration: 10.0.0.99:80" });
    const text = statusTable({
      ...troubled,
      table: { driver: "netlink", inStep: false, trouble: "no IPVS" },
      daemon: { ...troubled.daemon, lastReload: { time: "2026-11-20T09:01:10.000Z", ok: false, trouble: "errors" } },
    }, { paint: PLAIN }).join("\n");
    match(text, /table not in step/);
    match(text, /^! no IPVS$/m);
    match(text, /^! the last reload failed 1m00s ago: errors$/m);
    match(text, /^ {2}! in the kernel's table and not in the configuration: 10\.0\.0\.99:80$/m);
    match(text, /! weight 9 in the kernel; 200 OK$/m);
  },
});

const LONG = real({
  real: "[2001:db8:1234:5678:9abc:def0:1234:5678]:8080",
  why: "the reply does not match receive, and that is a long story about what was found in place of it",
});

Deno.test({
  name: "status --long: on a terminal narrower than an address, WHY is shown all the same",
  permissions: "none",
  fn: () => {
    const lines = statusTable(status([LONG]), { paint: PLAIN, width: 40 });
    ok(lines.some((line) => line.includes(LONG.real) && line.endsWith(LONG.why)), lines.join("\n"));
  },
});

for (const width of [60, 80, 100, 140, 200]) {
  Deno.test({
    name:
      `status --long: no line of a real server is longer than a terminal of ${width} columns, IPv6 addresses included`,
    permissions: "none",
    fn: () => {
      const lines = statusTable(status([real(), LONG]), { paint: PLAIN, width });
      const rows = lines.filter((line) => /^ {2}(REAL|10\.|\[)/.test(line));
      ok(rows.every((line) => line.length <= Math.max(width, 60)), rows.join("\n"));
      match(rows[0], /STATE/);
      match(rows[2], /\[2001:db8:1234:5678:9abc:def0:1234:5678\]:8080 {2}up/);
    },
  });
}

Deno.test({
  name: "status --long: colours change nothing but the colours",
  permissions: "none",
  fn: () => {
    const red = (text: string) => `\x1b[31m${text}\x1b[0m`;
    const paint: Paint = { red, green: red, yellow: red, cyan: red, bold: red, dim: red, reverse: red };
    const painted = statusTable(status([real(), DOWN]), { paint, width: 80 });
    // deno-lint-ignore no-control-regex
    const stripped = painted.map((line) => line.replace(/\x1b\[\d+m/g, ""));
    deepStrictEqual(stripped, statusTable(status([real(), DOWN]), { paint: PLAIN, width: 80 }));
  },
});

Deno.test({
  name: "status --long: sentinels have a column where there are any, and say why they are not open",
  permissions: "none",
  fn: () => {
    const open = {
      state: "open",
      since: real().since,
      reason: null,
      next: null,
      opened: 3,
      checks: 0,
      limitSeconds: 60,
    } as const;
    const waiting = { ...open, state: "waiting", reason: "connection refused", checks: 2 } as const;
    const rows = statusTable(
      status([real({ sentinel: open }), real({ sentinel: waiting }), real()], { fallback: null }),
      { paint: PLAIN },
    ).slice(4);
    deepStrictEqual(rows.map((row) => row.slice(76).trim().replace(/ {2,}/g, "  ")), [
      "SENTINEL  FAILS  WHY",
      "2m10s  0  200 OK",
      "waiting (2)  0  200 OK; no sentinel: connection refused",
      "-  0  200 OK",
    ]);
  },
});
