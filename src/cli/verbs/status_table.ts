/** The status document as a table for a person. */

import { announceText } from "../../control/announce_text.ts";
import { quorumText } from "../../control/quorum_text.ts";
import type {
  AnnounceStatus,
  CountsStatus,
  HelperStatus,
  RealStatus,
  RetiredStatus,
  Status,
  TrafficStatus,
  VirtualStatus,
} from "../../control/status.ts";
import { brushOf, virtualBrush } from "../terminal/brushes.ts";
import type { Paint } from "../terminal/paint.ts";
import { formatCount, formatDuration, formatMilliseconds } from "../base/quantities.ts";

/** How the table is to look. */
export interface TableStyle {
  readonly paint: Paint;
  /** Columns of the terminal; absent = as wide as it needs to be. */
  readonly width?: number;
}

/** A column: what it says of a real server, and how early it is given up where there is no room for all. */
export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  /** The greater goes first; 0 never. */
  readonly dispensable: number;
  text(real: RealStatus, now: number): string;
}

/** Columns of the last one, why, that are kept free for it. */
const LEAST_WHY = 14;

const INDENT = "  ";
const GAP = "  ";

/** All columns but the last, which is why. */
export const COLUMNS: readonly Column[] = [
  { title: "REAL SERVER", align: "left", dispensable: 0, text: nameText },
  { title: "STATE", align: "left", dispensable: 0, text: (real) => real.state },
  { title: "SINCE", align: "right", dispensable: 2, text: (real, now) => ageOf(real.since, now) },
  { title: "WEIGHT", align: "right", dispensable: 1, text: ({ weight }) => weightText(weight) },
  { title: "KERNEL", align: "right", dispensable: 7, text: ({ weight }) => dash(weight.kernel) },
  { title: "ACTIVE", align: "right", dispensable: 5, text: ({ kernel }) => amount(kernel?.active) },
  { title: "INACT", align: "right", dispensable: 9, text: ({ kernel }) => amount(kernel?.inactive) },
  { title: "CONN/S", align: "right", dispensable: 3, text: ({ kernel }) => amount(kernel?.rates.connections) },
  { title: "LATENCY", align: "right", dispensable: 6, text: ({ checks: [check] }) => latencyText(check?.latencyMs) },
  { title: "SENTINEL", align: "right", dispensable: 10, text: ({ sentinel }, now) => sentinelText(sentinel, now) },
  { title: "FAILS", align: "right", dispensable: 8, text: ({ checks }) => failuresText(checks) },
];

/** Characters of a name that are shown. */
const LONGEST_NAME = 20;

/** The address, and the first of its names. */
function nameText({ real, names: [name] }: RealStatus): string {
  if (name === undefined) return real;
  return `${real} (${name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name})`;
}

/** The whole table, line by line. */
export function statusTable(status: Status, style: TableStyle): string[] {
  const now = Date.parse(status.time);
  const reals = status.virtuals.flatMap((virtual) => virtual.reals);
  const layout = layOut(reals, now, style.width);
  const lines = [...headLines(status, style.paint), ""];
  for (const virtual of status.virtuals) {
    lines.push(...virtualLines(virtual, layout, now, style), "");
  }
  for (const { list, trouble } of status.lists) {
    if (trouble !== null) lines.push(style.paint.red(`! ${list} cannot be looked up: ${trouble}`));
  }
  for (const { virtual, line } of status.byHand.added) {
    lines.push(style.paint.yellow(`${line} (${virtual}) was added by hand: it does not stand in the configuration`));
  }
  for (const { virtual, real } of status.byHand.removed) {
    lines.push(style.paint.yellow(`${real} (${virtual}) was removed by hand: enable takes that back`));
  }
  for (const { real, virtual, until, connections } of status.draining) {
    const open = connections === null ? "" : `, ${connections} connections open`;
    const left = formatDuration(Math.max(0, Date.parse(until) - now) / 1000);
    lines.push(
      style.paint.yellow(`${real} (${virtual}) was removed from the configuration: drains for ${left} at most${open}`),
    );
  }
  for (const { host, virtual, line } of status.unresolved) {
    lines.push(style.paint.yellow(`${host} (${virtual}, line ${line}): its name does not resolve`));
  }
  while (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Columns with their widths, as many as have room, and what is left for why. */
export interface Layout {
  readonly columns: readonly { readonly column: Column; readonly width: number }[];
  readonly why: number;
}

/** Chooses columns for the width; without one, all. */
export function layOut(
  reals: readonly RealStatus[],
  now: number,
  width = Infinity,
  all: readonly Column[] = COLUMNS,
): Layout {
  const isKept = ({ title }: Column) => title !== "SENTINEL" || reals.some(({ sentinel }) => sentinel !== null);
  let columns = all.filter(isKept).map((column) => ({
    column,
    width: reals.reduce((most, real) => Math.max(most, column.text(real, now).length), column.title.length),
  }));
  const used = () => columns.reduce((sum, each) => sum + each.width + GAP.length, INDENT.length);
  while (used() + LEAST_WHY > width) {
    const most = Math.max(...columns.map(({ column }) => column.dispensable));
    if (most === 0) break;
    columns = columns.filter(({ column }) => column.dispensable !== most);
  }
  // Where the addresses alone run over, why may as well, rather than be missing.
  const left = width - used();
  return { columns, why: left < 1 ? Infinity : left };
}

/** The line of titles. */
export function titleLine({ columns }: Layout): string {
  return INDENT + [...columns.map(({ column, width }) => align(column.title, width, column)), "WHY"].join(GAP);
}

/** The line of one real server. */
export function realLine(real: RealStatus, { columns, why }: Layout, now: number, paint: Paint): string {
  const cells = columns.map(({ column, width }) => {
    const text = align(column.text(real, now), width, column);
    if (column.title === "STATE") return brushOf(real.state, paint)(text);
    return column.title === "KERNEL" && real.drift !== null ? paint.red(text) : text;
  });
  const reason = cut(whyText(real), why);
  return (INDENT + [...cells, real.drift === null ? reason : paint.red(reason)].join(GAP)).trimEnd();
}

/** What a virtual service is and how it fares, in one line; its traffic is left out where there is no room for it. */
function virtualLine(virtual: VirtualStatus, paint: Paint, width = Infinity): string {
  const { protocol, scheduler, persistence, name, state, counts, kernel } = virtual;
  const kind = [protocol, scheduler, ...persistence === null ? [] : [`persistent ${persistence}`]].join(" ");
  const about = ` ${kind}${name === null ? "" : ` (${name})`}: `;
  const serving = `, ${serveText(counts)}`;
  const traffic = kernel ? `, ${trafficText(kernel.rates)}` : "";
  const fits = [virtual.virtual, about, state, serving, traffic].join("").length <= width;
  return paint.bold(virtual.virtual) + about + virtualBrush(state, paint)(state) + serving + (fits ? traffic : "");
}

/** `2 of 3 serve, 1 unknown`. */
export function serveText({ reals, serving, unknown }: CountsStatus, what = ""): string {
  return `${serving} of ${reals}${what} serve${unknown === 0 ? "" : `, ${unknown} unknown`}`;
}

/** Connections and bytes a second. */
export function trafficText({ connections, bytesIn, bytesOut }: TrafficStatus): string {
  return `${formatCount(connections)} conn/s, in ${formatCount(bytesIn)}B/s, out ${formatCount(bytesOut)}B/s`;
}

function virtualLines(virtual: VirtualStatus, layout: Layout, now: number, { paint, width }: TableStyle): string[] {
  const { fallback, announce, drift, reals } = virtual;
  const lines = [virtualLine(virtual, paint, width)];
  if (drift !== null) lines.push(paint.red(`${INDENT}! ${drift}`));
  const quorum = quorumText(virtual);
  if (quorum !== null) lines.push(paint.red(`${INDENT}! ${quorum}`));
  if (announce) lines.push(announceLine(announce, paint));
  if (reals.length > 0) lines.push(paint.dim(titleLine(layout)));
  lines.push(...reals.map((real) => realLine(real, layout, now, paint)));
  if (fallback) {
    const text = `${INDENT}fallback ${fallback.real} ${fallback.active ? "serves" : "stands by"}`;
    lines.push(fallback.active ? paint.yellow(text) : paint.dim(text));
  }
  return lines;
}

function announceLine(announce: AnnounceStatus, paint: Paint): string {
  const text = announceText(announce);
  if (announce.trouble !== null) return paint.red(`${INDENT}! ${text}`);
  return announce.announced ? paint.dim(`${INDENT}${text}`) : paint.yellow(`${INDENT}${text}`);
}

function headLines({ time, daemon, table, digest, checks, counts }: Status, paint: Paint): string[] {
  const now = Date.parse(time);
  const way = table.driver ? ` (${table.driver})` : "";
  const step = table.inStep ? `table in step${way}` : paint.red(`table not in step${way}`);
  const lines = [
    `director ${daemon.version}, ${daemon.state} for ${ageOf(daemon.startedAt, now)}, ${step}, ` +
    serveText(counts, " real servers"),
  ];
  lines.push(paint.dim(`digests: table ${digest.table ?? "not known"}, configuration ${digest.configuration}`));
  if (table.trouble !== null) lines.push(paint.red(`! ${table.trouble}`));
  if (checks.waiting > 0) {
    const wait = formatDuration(checks.longestWaitSeconds);
    lines.push(
      paint.yellow(
        `! ${checks.waiting} checks wait for their turn, the first for ${wait}: ` +
          `checks may have ${checks.openFiles} open files`,
      ),
    );
  }
  const { lastReload } = daemon;
  if (lastReload && !lastReload.ok) {
    lines.push(paint.red(`! the last reload failed ${ageOf(lastReload.time, now)} ago: ${lastReload.trouble}`));
  }
  if (daemon.retired) lines.push(paint.yellow(`! ${retiredText(daemon.retired, now)}`));
  const { helper } = daemon;
  if (helper) lines.push(helperText(helper, now));
  return lines;
}

function retiredText({ since, connections }: RetiredStatus, now: number): string {
  const open = connections === null ? "" : `, ${connections} connections open`;
  return `retired for ${ageOf(since, now)}: nothing is announced${open}; rejoin takes it back`;
}

function helperText({ pid, user, ends, lastEnd }: HelperStatus, now: number): string {
  const process = pid === null ? "helper process: none" : `helper process ${pid}, user ${user ?? "(starting)"}`;
  if (!lastEnd) return process;
  const real = lastEnd.real === null ? "" : ` (${lastEnd.real})`;
  return `${process}, ended ${ends} times, last ${ageOf(lastEnd.time, now)} ago: ${lastEnd.why}${real}`;
}

/** Why, with what is out of step before it, and after it why its sentinel is not there. */
export function whyText({ drift, why, sentinel }: RealStatus): string {
  const missing = sentinel && sentinel.reason !== null ? `; no sentinel: ${sentinel.reason}` : "";
  return `${drift === null ? "" : `! ${drift}; `}${why}${missing}`;
}

/** The text within so many columns, with an ellipsis where it was longer. */
export function cut(text: string, width: number, ellipsis = "…"): string {
  if (text.length <= width) return text;
  return `${text.slice(0, Math.max(0, width - ellipsis.length))}${ellipsis}`.slice(0, Math.max(0, width));
}

function align(text: string, width: number, { align }: Column): string {
  return align === "left" ? text.padEnd(width) : text.padStart(width);
}

function ageOf(time: string, now: number): string {
  return formatDuration((now - Date.parse(time)) / 1000);
}

/** The wanted weight, and after it the configured one where it is another. */
function weightText({ wanted, configured }: RealStatus["weight"]): string {
  return wanted === configured ? String(configured) : `${dash(wanted)} (${configured})`;
}

function latencyText(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? "-" : formatMilliseconds(ms);
}

/** Failed rounds in a row of the check that has most of them. */
function failuresText(checks: RealStatus["checks"]): string {
  return checks.length === 0 ? "-" : String(Math.max(...checks.map(({ failures }) => failures)));
}

/** For how long its connection has been open, and how many checks it has had made. */
function sentinelText(sentinel: RealStatus["sentinel"], now: number): string {
  if (!sentinel) return "-";
  const state = sentinel.state === "open" ? ageOf(sentinel.since, now) : sentinel.state;
  return sentinel.checks === 0 ? state : `${state} (${sentinel.checks})`;
}

function dash(value: number | null): string {
  return value === null ? "-" : String(value);
}

function amount(value: number | undefined): string {
  return value === undefined ? "-" : formatCount(value);
}
