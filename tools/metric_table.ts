/**
 * The table of metrics in docs/metrics.md, made from what /metrics writes of a director.
 */

import type { Status } from "../src/control/status.ts";
import { familiesOf } from "../src/web/metrics.ts";

/** A director of nothing: every metric is described, and none has many samples. */
const NOTHING: Status = {
  version: 1,
  time: "1970-01-01T00:00:00Z",
  daemon: {
    pid: 1,
    version: "",
    config: "",
    state: "running",
    startedAt: "1970-01-01T00:00:00Z",
    lastReload: null,
    retired: null,
    helper: null,
  },
  table: { driver: null, inStep: true, trouble: null },
  digest: { configuration: "", table: null },
  checks: { running: 0, waiting: 0, longestWaitSeconds: 0, openFiles: null },
  counts: { reals: 0, serving: 0, unknown: 0 },
  virtuals: [],
  unresolved: [],
  lists: [],
  byHand: { added: [], removed: [] },
  draining: [],
};

/** The labels of a metric, by what its name says that it is of. */
const LABELS: readonly (readonly [prefix: string, labels: string])[] = [
  ["ldirectord_check_failures", "`virtual`, `protocol`, `real`, `check`, `reason`"],
  ["ldirectord_check_", "`virtual`, `protocol`, `real`, `check`"],
  ["ldirectord_real_state", "`virtual`, `protocol`, `real`, `state`"],
  ["ldirectord_real_", "`virtual`, `protocol`, `real`"],
  ["ldirectord_virtual_", "`virtual`, `protocol`, `name`"],
  ["ldirectord_build_info", "`version`"],
  ["", ""],
];

/** Returns the table. */
export function metricTable(): string {
  const rows = familiesOf(NOTHING).map(({ name, type, help }) => {
    const [, labels] = LABELS.find(([prefix]) => name.startsWith(prefix))!;
    return `| \`${name}\` | ${type} | ${labels} | ${help} |`;
  });
  const up = "| `ldirectord_up` | gauge |  | Whether the director answers. |";
  return ["| metric | type | labels | what it says |", "|---|---|---|---|", up, ...rows].join("\n");
}
