/** The screen of `top` that docs/operating.md shows. */

import { deepStrictEqual } from "node:assert/strict";
import { topScreen } from "../../../src/cli/top/screen.ts";
import { BEGINNING, updateStatus } from "../../../src/cli/top/state.ts";
import type { Paint } from "../../../src/cli/terminal/paint.ts";
import type { HistoryEntry } from "../../../src/control/history.ts";
import type { RealStatus, VirtualStatus } from "../../../src/control/status.ts";
import { transcript } from "../../transcripts.ts";
import { realStatus, statusWith } from "../../web/example_status.ts";

const plain = (text: string) => text;
const PAINT: Paint = { red: plain, green: plain, yellow: plain, cyan: plain, bold: plain, dim: plain, reverse: plain };

/** The time of the screen. It shows the times of events in local time. */
const NOW = new Date(2026, 10, 20, 10, 32, 3);

const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000).toISOString();

/** Milliseconds of rounds that give such a curve: the highest is full, a cross is a failure. */
function rounds(curve: string, latencyMs: number): (number | null)[] {
  const heights = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
  return Array.from(curve, (bar) => bar === "×" ? null : (heights.indexOf(bar) + 0.5) * latencyMs);
}

/** A real server; its weights are the configured one, the wanted one and the kernel's. */
function row(
  ...[real, state, since, weight, active, rate, latencyMs, curve, why]: [
    real: string,
    state: RealStatus["state"],
    since: number,
    weight: readonly [number, number, number],
    active: number,
    rate: number,
    latencyMs: number,
    curve: string,
    why: string,
  ]
): RealStatus {
  const like = realStatus();
  const [configured, wanted, kernel] = weight;
  const [check] = like.checks;
  return realStatus({
    real,
    names: [],
    state,
    serving: kernel > 0,
    since: ago(since),
    why,
    weight: { configured, wanted, kernel },
    kernel: { ...like.kernel!, active, rates: { ...like.kernel!.rates, connections: rate } },
    checks: [{ ...check, latencyMs, detail: { ...check.detail!, recent: rounds(curve, latencyMs) } }],
  });
}

const SHOP = [
  row("10.0.0.11:80", "up", 108, [3, 3, 3], 156, 54, 23, "▂█▂█▂▂▃▂▂▂▂▁▂▂▂▂", "200 OK"),
  row("10.0.0.12:80", "drained", 47, [3, 0, 0], 0, 0, 62, "▃█▃█▂▂▃▂▂▂▂▂▇▂▂▅", "drained by the operator"),
  row("10.0.0.13:80", "up", 62, [2, 2, 2], 156, 44, 58, "▂█▃▆▂▂▃▂▂▂▂▂▂▂▃▄", "200 OK"),
  row("10.0.0.14:80", "down", 108, [1, 0, 0], 0, 0, 9.2, "××××××××××××××××", "connection refused"),
];
const APP = [
  row("10.0.0.21:80", "up", 108, [5, 8, 8], 600, 164, 52, "▆▄▂▃▃█▅▆▂▃▂▂▃▅▅▃", "200 OK; weight 8 by the operator"),
  row("10.0.0.22:80", "up", 108, [5, 5, 5], 369, 114, 73, "▃▃█▃▅▅▆▄▄▃▃▃▃▅▆▅", "200 OK"),
  row("10.0.0.23:80", "down", 108, [5, 0, 0], 0, 0, 51, "××××××××××××××××", "503 Service Unavailable"),
  row("10.0.0.24:80", "maintenance", 108, [5, 0, 0], 0, 0, 51, "▃▃█▃▂▄▅▂▄▂▂▃▂▃▆▃", "maintenance: file app4"),
];
const SHOP6 = [
  row("[2001:db8:2::31]:80", "up", 108, [1, 1, 1], 24, 7, 19, "▂█▁█▁▁▁▁▁▁▂▁▁▁▂▁", "200 OK"),
  row("[2001:db8:2::32]:80", "up", 108, [1, 1, 1], 33, 9, 58, "▃▇▂▆▂▂▃▂█▂▂▁▂▂▂▄", "200 OK"),
];

function virtual(name: string, reals: readonly RealStatus[], changes: Partial<VirtualStatus>): VirtualStatus {
  const [like] = statusWith(...reals).virtuals;
  return { ...like, name, state: like.counts.serving < reals.length ? "degraded" : "up", ...changes };
}

const traffic = (connections: number, bytesIn: number, bytesOut: number) => {
  const none = { connections: 0, packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0 };
  return { totals: none, rates: { ...none, connections, bytesIn, bytesOut } };
};

const EVENTS: readonly (readonly [at: string, kind: HistoryEntry["kind"], real: string, of: string, detail: string])[] =
  [
    ["10:30:15", "maintenance", "10.0.0.24:80", "192.0.2.20:80", "maintenance: file app4"],
    ["10:30:15", "up", "[2001:db8:2::32]:80", "[2001:db8:1::10]:80", "200 OK"],
    ["10:30:58", "down", "10.0.0.13:80", "192.0.2.10:80", "503 Service Unavailable"],
    ["10:31:01", "up", "10.0.0.13:80", "192.0.2.10:80", "200 OK"],
    ["10:31:16", "order", "10.0.0.12:80", "192.0.2.10:80", "drain until 2026-11-20 11:01:16"],
    ["10:31:16", "drained", "10.0.0.12:80", "192.0.2.10:80", "drained by the operator"],
    ["10:31:16", "order", "10.0.0.21:80", "192.0.2.20:80", "weight 8"],
  ];

Deno.test("documents: top shows the whole of a director", () => {
  const base = statusWith(...SHOP, ...APP, ...SHOP6);
  const status = {
    ...base,
    time: NOW.toISOString(),
    daemon: { ...base.daemon, startedAt: ago(108) },
    virtuals: [
      virtual("shop", SHOP, { kernel: traffic(98, 88_200, 2_400_000) }),
      virtual("app", APP, { virtual: "192.0.2.20:80", scheduler: "wlc", kernel: traffic(278, 250_000, 6_700_000) }),
      virtual("shop6", SHOP6, {
        virtual: "[2001:db8:1::10]:80",
        scheduler: "rr",
        kernel: traffic(16, 14_400, 384_000),
      }),
    ],
  };
  const events = EVENTS.map(([at, kind, real, of, detail]): HistoryEntry => {
    const [hours, minutes, seconds] = at.split(":").map(Number);
    return { time: new Date(2026, 10, 20, hours, minutes, seconds).toISOString(), kind, virtual: of, real, detail };
  });
  const shown = transcript("docs/operating.md", "ldirectord www running").text.split("\n");
  const screen = { columns: 118, rows: shown.length, paint: PAINT, unicode: true, now: 0 };
  deepStrictEqual(topScreen(updateStatus(BEGINNING, status, events, 0), screen), shown);
});
