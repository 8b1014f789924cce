/** The screen of `top`, line by line. Pure. */

import { quorumText } from "../../control/quorum_text.ts";
import type { HistoryEntry } from "../../control/history.ts";
import type { RealStatus, Status } from "../../control/status.ts";
import { type Brush, brushOf, kindBrush, virtualBrush } from "../terminal/brushes.ts";
import type { Paint } from "../terminal/paint.ts";
import { formatCount, formatDuration } from "../base/quantities.ts";
import { detailLines } from "./details.ts";
import {
  type Column,
  COLUMNS,
  cut,
  type Layout,
  layOut,
  serveText,
  trafficText,
  whyText,
} from "../verbs/status_table.ts";
import {
  isFresh,
  listRows,
  type PendingOrder,
  type Prompt,
  type RealRow,
  type Row,
  selectedRow,
  type TopState,
} from "./state.ts";

/** How much room there is, and how it is to look. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly paint: Paint;
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
  /** Milliseconds of the clock that changes are timed by. */
  readonly now: number;
}

/** A part of a line in one style. */
interface Segment {
  readonly text: string;
  readonly brush?: Brush;
}

type Line = readonly Segment[];

/** Points of a curve, where there is room for them and where not. */
const CURVE = { wide: 16, narrow: 8 };

const RAMPS = { unicode: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"], ascii: [".", ":", "-", "=", "+", "*", "#", "@"] };

/** Columns that a wide terminal has. */
const WIDE = 100;

const KEYS = "q quit  ↑↓  ⏎ detail  d drain  x disable  e enable  w weight  / filter  ? help";
const KEYS_ASCII = KEYS.replace("↑↓", "jk").replace("⏎", "RET");

const HELP: readonly string[] = [
  "q            quit",
  "up, down     select a real server (also k, j; page up, page down, home, end)",
  "Enter        all that is known of it, with what its last check has said and what happened to it",
  "d            drain it: weight 0, open connections go on, new ones go to the others",
  "x            disable it: as if its check failed",
  "w            give it another weight: 5, 50%, +1, -1",
  "e            enable it: take all of these back",
  "s, S         another order of the list",
  "/            filter by words: address, name, state, why",
  "p            only what is not well",
  "Esc          the whole list again",
];

/** How many lines the list has where events take no more than they are sure of. */
export function listHeight(rows: number): number {
  return Math.max(1, rows - 4 - eventHeight(rows));
}

/** The whole screen: exactly as many lines as it has rows, none wider than it is. */
export function topScreen(state: TopState, screen: Screen): string[] {
  const { rows, columns, unicode } = screen;
  const foot = footLines(state, screen);
  const room = Math.max(0, rows - 2 - foot.length);
  const body = bodyLines(state, Math.max(1, room - eventHeight(rows)), screen);
  const events = eventLines(eventsFor(state), room - body.length - 1, screen);
  const lines: Line[] = [headLine(state, screen), troubleLine(state, screen), ...body, [], ...events];
  lines.length = Math.min(lines.length, 2 + room);
  while (lines.length < 2 + room) lines.push([]);
  return [...lines, ...foot].slice(-rows).map((line) => render(line, columns, ellipsisOf(unicode)));
}

function bodyLines(state: TopState, height: number, screen: Screen): Line[] {
  if (state.help) return HELP.slice(0, height).map((text): Line => [{ text }]);
  if (!state.status) return [];
  if (state.detailView) return detailView(state, state.status, screen).slice(0, height);
  return list(state, state.status, height - 1, screen);
}

/** What happened; of a real server that is looked at closely only what happened to it. */
function eventsFor(state: TopState): readonly HistoryEntry[] {
  const row = state.detailView ? selectedRow(state) : undefined;
  if (!row) return state.events;
  return state.events.filter(({ real, virtual }) =>
    real === row.real.real && (virtual === undefined || virtual === row.virtual.virtual)
  );
}

function headLine({ status, sort, filter, problems }: TopState, { paint }: Screen): Line {
  if (!status) return [{ text: "ldirectord top", brush: paint.bold }];
  const { daemon, table, virtuals, counts: { reals, serving, unknown } } = status;
  const rate = virtuals.reduce((sum, { kernel }) => sum + (kernel?.rates.connections ?? 0), 0);
  const since = formatDuration((Date.parse(status.time) - Date.parse(daemon.startedAt)) / 1000);
  return [
    { text: "ldirectord ", brush: paint.bold },
    { text: daemon.config.split("/").at(-1)!, brush: paint.bold },
    { text: ` ${daemon.state} ${since}, ` },
    { text: daemon.retired ? "retired, " : "", brush: paint.yellow },
    { text: `${serving}/${reals} serve`, brush: serving === reals && unknown === 0 ? paint.green : paint.yellow },
    { text: unknown === 0 ? "" : `, ${unknown} unknown`, brush: paint.yellow },
    { text: `, ${formatCount(rate)} conn/s, ` },
    { text: table.inStep ? "in step" : "NOT IN STEP", brush: table.inStep ? paint.green : paint.red },
    { text: sort === "configuration" ? "" : `, by ${sort}` },
    { text: filter && `, /${filter}` },
    { text: problems ? ", problems only" : "" },
  ];
}

/** Milliseconds for which an end of the helper process is shown. */
const HELPER_NEWS = 60_000;

/** The worst of what status says beside its table. */
function troubleLine({ trouble, status }: TopState, { paint }: Screen): Line {
  const { lastReload = null } = status?.daemon ?? {};
  const reload = lastReload && !lastReload.ok ? `the last reload failed: ${lastReload.trouble}` : undefined;
  const [nameless] = status?.unresolved ?? [];
  const name = nameless && `${nameless.host} (${nameless.virtual}): its name does not resolve`;
  const lastEnd = status?.daemon.helper?.lastEnd;
  const recent = lastEnd && Date.parse(status.time) - Date.parse(lastEnd.time) < HELPER_NEWS;
  const helper = recent ? `the helper process was ended: ${lastEnd.why} (${lastEnd.real ?? "no server"})` : undefined;
  const [removed] = status?.draining ?? [];
  const draining = removed &&
    `${removed.real} (${removed.virtual}) was removed: drains ${removed.connections ?? "?"} connections`;
  const text = trouble ?? status?.table.trouble ?? reload ?? helper ?? name ?? draining ?? "";
  return [{ text: text && `! ${text}`, brush: paint.red }];
}

/** The details of the selected real server as the director gave them, or as much as the list knows. */
function detailView(state: TopState, status: Status, { paint }: Screen): Line[] {
  const selected = selectedRow(state);
  const row = state.details?.id === selected?.id ? state.details : selected;
  if (!row) return [[{ text: "no real server is selected" }]];
  const [title, ...rest] = detailLines(row.virtual, row.real, Date.parse(status.time));
  return [[{ text: title, brush: paint.bold }], ...rest.map((text): Line => [{ text }])];
}

function list(state: TopState, status: Status, height: number, screen: Screen): Line[] {
  const rows = listRows(state);
  const selected = selectedRow(state);
  const at = rows.findIndex((row) => row === selected || (row.kind === "real" && row.id === selected?.id));
  // The selected one in the middle, as far as the list reaches.
  const from = Math.max(0, Math.min(at - Math.floor(height / 2), rows.length - height));
  const reals = status.virtuals.flatMap((virtual) => virtual.reals);
  const columns = columnsFor(state, screen);
  const layout = layOut(reals, Date.parse(status.time), screen.columns, columns);
  const shown = rows.slice(from, from + height);
  const lines = shown.map((row) =>
    row.kind === "virtual" ? virtualRow(row, screen) : realRow(row, layout, state, status, screen)
  );
  return [[{ text: titles(layout), brush: screen.paint.dim }], ...lines];
}

/** In another order than the configuration's each line names its virtual service. */
function columnsFor({ sort, status }: TopState, { columns, unicode }: Screen): readonly Column[] {
  const points = columns >= WIDE ? CURVE.wide : CURVE.narrow;
  const text = (real: RealStatus) => curveText(real, points, unicode);
  const curve: Column = { title: "TREND", align: "left", dispensable: 2, text };
  // A change is visible when it happens: the curve is worth more than SINCE.
  const usual = COLUMNS.map((column) => column.title === "SINCE" ? { ...column, dispensable: 4 } : column);
  if (sort === "configuration") return [...usual, curve];
  const owners = new Map(
    status?.virtuals.flatMap(({ virtual, reals }) => reals.map((real) => [real, virtual] as const)),
  );
  const owner: Column = { title: "VIRTUAL", align: "left", dispensable: 1, text: (real) => owners.get(real) ?? "" };
  return [usual[0], owner, ...usual.slice(1), curve];
}

function titles({ columns }: Layout): string {
  const cells = columns.map(({ column, width }) => pad(column.title, width, column));
  return `  ${[...cells, "WHY"].join("  ")}`;
}

function virtualRow({ virtual }: Extract<Row, { kind: "virtual" }>, { paint }: Screen): Line {
  const { announce, counts, kernel, fallback, name, protocol, scheduler, state, drift } = virtual;
  const traffic = kernel ? `, ${trafficText(kernel.rates)}` : "";
  return [
    { text: virtual.virtual, brush: paint.bold },
    { text: ` ${protocol} ${scheduler}${name === null ? "" : ` (${name})`}: ` },
    { text: state, brush: virtualBrush(state, paint) },
    { text: `, ${serveText(counts)}${traffic}` },
    { text: fallback?.active ? `, fallback ${fallback.real}` : "", brush: paint.yellow },
    { text: announce?.announced === false ? ", not announced" : "", brush: paint.yellow },
    {
      text: [quorumText(virtual), announce?.trouble ?? null, drift].map((text) => text === null ? "" : ` ! ${text}`)
        .join(""),
      brush: paint.red,
    },
  ];
}

function realRow(
  { id, real }: RealRow,
  { columns, why }: Layout,
  state: TopState,
  status: Status,
  screen: Screen,
): Line {
  const { paint, now } = screen;
  const chosen = id === selectedRow(state)?.id;
  const cells = columns.map(({ column, width }): Segment => {
    const text = `${pad(column.text(real, Date.parse(status.time)), width, column)}  `;
    return { text, brush: column.title === "STATE" ? brushOf(real.state, paint) : undefined };
  });
  const reason = {
    text: cut(whyText(real), why, ellipsisOf(screen.unicode)),
    brush: real.drift === null ? undefined : paint.red,
  };
  const fresh = isFresh(state, id, now);
  const line: Line = [{ text: `${chosen ? ">" : " "}${fresh ? "*" : " "}` }, ...cells, reason];
  if (fresh) return restyled(line, paint.reverse);
  return chosen ? restyled(line, paint.bold) : line;
}

/** The newest rounds as a row of bars, the highest of them full; failed ones as crosses. */
function curveText({ checks: [check] }: RealStatus, points: number, unicode: boolean): string {
  const recent = (check?.detail?.recent ?? []).slice(-points);
  const high = Math.max(1, ...recent.filter((ms) => ms !== null));
  const ramp = unicode ? RAMPS.unicode : RAMPS.ascii;
  const bar = (ms: number) => ramp[Math.min(ramp.length - 1, Math.floor((ms / high) * ramp.length))];
  return recent.map((ms) => ms === null ? unicode ? "×" : "x" : bar(ms)).join("").padStart(points);
}

function eventHeight(rows: number): number {
  return Math.max(0, Math.min(10, Math.floor(rows / 4)));
}

function eventLines(events: readonly HistoryEntry[], height: number, { paint }: Screen): Line[] {
  const shown = height <= 0 ? [] : events.slice(-height);
  return shown.map((event): Line => [
    { text: `${new Date(event.time).toTimeString().slice(0, 8)} `, brush: paint.dim },
    { text: event.kind.padEnd(13), brush: kindBrush(event.kind, paint) },
    { text: `${[event.real, event.virtual && `(${event.virtual})`].filter(Boolean).join(" ")} ${event.detail}` },
  ]);
}

function footLines(state: TopState, screen: Screen): Line[] {
  const { prompt, message } = state;
  const { paint, unicode } = screen;
  if (!prompt) {
    if (message) return [[{ text: message, brush: paint.bold }]];
    return [[{ text: state.help ? "any key closes this" : unicode ? KEYS : KEYS_ASCII, brush: paint.dim }]];
  }
  return promptLines(prompt, state, screen.columns).map((text): Line => [{ text, brush: paint.bold }]);
}

function promptLines(prompt: Prompt, state: TopState, columns: number): string[] {
  if (prompt.kind === "filter") return [`filter: ${state.filter}_  (Enter keeps it, Esc takes it back)`];
  const { order, real } = prompt.pending;
  const row = rowOf(prompt.pending, state);
  if (prompt.kind === "weight") {
    const { wanted = null, configured = null } = row?.real.weight ?? {};
    const now = `${real} has weight ${wanted ?? "none"} now, ${configured} in the configuration`;
    return [now, `weight of ${real}: ${prompt.typed}_  (5, 50%, +1, -1; Enter gives it, Esc none)`];
  }
  const question = `${order} ${real}? y yes, a all its ports and virtuals, else no`;
  // What the keys do must be seen on a narrow terminal, too.
  const asked = question.length <= columns ? question : `${order} ${real}? y/n, a all`;
  return [row ? consequence(order, row) : "", asked];
}

function rowOf({ real, virtual }: PendingOrder, state: TopState): RealRow | undefined {
  return listRows(state).filter((row) => row.kind === "real")
    .find((row) => row.real.real === real && row.virtual.key === virtual);
}

/** What follows for the clients of its virtual service. */
function consequence(order: PendingOrder["order"], { real, virtual }: RealRow): string {
  if (order === "enable") return `${virtual.virtual}: its checks and the configuration count again`;
  const others = virtual.counts.serving - (real.serving ? 1 : 0);
  const instead = virtual.fallback ? "only the fallback will serve" : "NO SERVER will be left";
  const left = others > 0 ? `${others} other${others === 1 ? "" : "s"} serve${others === 1 ? "s" : ""}` : instead;
  const how = order === "drain" ? "weight 0, open connections go on" : "as if its check failed";
  return `${virtual.virtual}: ${how}; ${left}`;
}

function pad(text: string, width: number, { align }: Column): string {
  return align === "left" ? text.padEnd(width) : text.padStart(width);
}

function restyled(line: Line, brush: Brush): Line {
  return [{ text: line.map(({ text }) => text).join(""), brush }];
}

/** What stands for text that was cut off. */
function ellipsisOf(unicode: boolean): string {
  return unicode ? "…" : "...";
}

/** The line cut to the width, each part in its style. */
function render(line: Line, width: number, ellipsis: string): string {
  const length = line.reduce((sum, { text }) => sum + text.length, 0);
  let left = length <= width ? width : Math.max(0, width - ellipsis.length);
  const shown = line.map(({ text, brush }) => {
    const part = text.slice(0, left);
    left -= part.length;
    return brush && part !== "" ? brush(part) : part;
  }).join("");
  return length <= width ? shown : shown + ellipsis.slice(0, width);
}
