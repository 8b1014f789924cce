import type { HistoryEntry } from "../../src/control/history.ts";
import type { RealStatus, Status } from "../../src/control/status.ts";

const NONE = { connections: 0, packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0 };

/** A real server that is up, in all its details. */
export function realStatus(changes: Partial<RealStatus> = {}): RealStatus {
  const traffic = { connections: 500, packetsIn: 3000, packetsOut: 2500, bytesIn: 1_234_567, bytesOut: 98_765_432 };
  return {
    real: "10.0.0.11:80",
    names: ["web1"],
    forwarding: "masq",
    origin: null,
    state: "up",
    serving: true,
    why: "200 OK",
    since: "2026-11-20T09:00:00.000Z",
    transitions: 1,
    weight: { configured: 3, wanted: 3, kernel: 3 },
    drift: null,
    kernel: { active: 12, inactive: 4, totals: traffic, rates: { ...NONE, connections: 25 } },
    checks: [{
      kind: "http",
      address: "10.0.0.11",
      port: 80,
      up: true,
      trouble: null,
      said: "200 OK",
      failures: 0,
      failureCount: 1,
      latencyMs: 1.25,
      lastRound: "2026-11-20T09:02:09.000Z",
      rounds: 9,
      failed: { timeout: 2 },
      detail: { recent: [1, null, 1.25], seconds: 0.011, buckets: [[0.001, 4], [0.0025, 9]] },
    }],
    orders: { hold: null, weight: null },
    sentinel: null,
    uptime: { upSeconds: 999, watchedSeconds: 1000 },
    ...changes,
  };
}

/** The status of a director with one virtual service. */
export function statusWith(...reals: readonly RealStatus[]): Status {
  const counts = {
    reals: reals.length,
    serving: reals.filter(({ serving }) => serving).length,
    unknown: reals.filter(({ state }) => state === "unknown").length,
  };
  return {
    version: 1,
    time: "2026-11-20T09:02:10.000Z",
    daemon: {
      pid: 7,
      version: "2.0.0",
      config: "/etc/ha.d/www",
      state: "running",
      startedAt: "2026-11-20T06:00:00.000Z",
      lastReload: null,
      retired: null,
      helper: null,
    },
    table: { driver: "netlink", inStep: true, trouble: null },
    digest: { configuration: "00000000000c", table: "0000000000ff" },
    checks: { running: 0, waiting: 0, longestWaitSeconds: 0, openFiles: 800 },
    counts,
    virtuals: [{
      key: "tcp:192.0.2.10:80",
      virtual: "192.0.2.10:80",
      protocol: "tcp",
      name: "shop",
      state: "up",
      counts,
      scheduler: "wrr",
      schedulerFlags: [],
      persistence: null,
      netmask: null,
      onePacket: false,
      quiescent: true,
      digest: { configuration: "00000000001c", table: "00000000001a", order: null },
      quorum: { serving: 2, needed: 1, state: "up" },
      failOpen: false,
      fallback: { real: "127.0.0.1:80", active: false },
      announce: null,
      kernel: { totals: NONE, rates: NONE },
      drift: null,
      reals,
    }],
    unresolved: [],
    lists: [],
    byHand: { added: [], removed: [] },
    draining: [],
  };
}

/** What a history tells. */
export function entry(detail: string): HistoryEntry {
  const time = "2026-11-20T09:02:09.000Z";
  return { time, kind: "down", virtual: "192.0.2.10:80", real: "10.0.0.12:80", detail };
}
