/** What `top` knows and how keys change it. Pure. */

import type { HistoryEntry } from "../../control/history.ts";
import type { RealStatus, Status, VirtualStatus } from "../../control/status.ts";
import type { WeightChange } from "../../control/requests.ts";
import { UsageError } from "../base/tool.ts";
import type { Key } from "./keys.ts";
import { parseWeightChange } from "../base/weight_change.ts";

/** The orders in which real servers can stand. */
export const SORTS = ["configuration", "state", "name", "conn/s", "active", "latency", "changed"] as const;

/** One of {@link SORTS}. */
export type Sort = typeof SORTS[number];

/** Milliseconds for which a change is shown. */
const FLASH = 4_000;

/** What a key may ask of the director. */
export interface PendingOrder {
  readonly order: "drain" | "disable" | "enable" | "weight";
  readonly real: string;
  /** Absent = in all virtual services. */
  readonly virtual?: string;
  /** Of the order `weight`. */
  readonly weight?: WeightChange;
}

/** What the last line asks for. */
export type Prompt =
  | { readonly kind: "filter"; readonly before: string }
  | { readonly kind: "confirm"; readonly pending: PendingOrder }
  | { readonly kind: "weight"; readonly pending: PendingOrder; readonly typed: string };

/** All that there is to show. */
export interface TopState {
  readonly status?: Status;
  /** Why the director does not answer; what is shown is old then. */
  readonly trouble?: string;
  readonly events: readonly HistoryEntry[];
  readonly sort: Sort;
  readonly filter: string;
  /** Only what does not serve. */
  readonly problems: boolean;
  /** Identity of the real server that keys are about. */
  readonly selected?: string;
  readonly prompt?: Prompt;
  /** What the keys do is shown. */
  readonly help: boolean;
  /** The selected real server is shown with all that is known of it. */
  readonly detailView: boolean;
  /** That, once the director has said it. */
  readonly details?: RealRow;
  readonly message?: string;
  /** When the state of a real server was last seen to change, in milliseconds. */
  readonly changed: ReadonlyMap<string, number>;
}

/** What `top` begins with. */
export const BEGINNING: TopState = {
  events: [],
  sort: "configuration",
  filter: "",
  problems: false,
  help: false,
  detailView: false,
  changed: new Map(),
};

/** A line of the list: a virtual service, or a real server of it. */
export type Row =
  | { readonly kind: "virtual"; readonly virtual: VirtualStatus }
  | { readonly kind: "real"; readonly id: string; readonly virtual: VirtualStatus; readonly real: RealStatus };

/** A row of a real server. */
export type RealRow = Extract<Row, { kind: "real" }>;

/** The state after the director has answered. */
export function updateStatus(before: TopState, status: Status, events: readonly HistoryEntry[], now: number): TopState {
  const known = new Map(realRows(before.status).map(({ id, real }) => [id, real.state]));
  const changed = new Map([...before.changed].filter(([, at]) => now - at < FLASH));
  for (const { id, real } of realRows(status)) {
    if (known.has(id) && known.get(id) !== real.state) changed.set(id, now);
  }
  const after: TopState = {
    ...before,
    status,
    events: [...before.events, ...events].slice(-200),
    trouble: undefined,
    changed,
  };
  return { ...after, selected: selectedRow(after)?.id };
}

/** The state after the director has told all of the selected real server. */
export function updateDetails(before: TopState, status: Status): TopState {
  return { ...before, details: realRows(status).at(0) };
}

/** Whether the real server's change is still to be seen. */
export function isFresh({ changed }: TopState, id: string, now: number): boolean {
  return now - (changed.get(id) ?? -Infinity) < FLASH;
}

/** The lines of the list, sifted and sorted. In another order than the configuration's there are no virtual services' lines. */
export function listRows(state: TopState): Row[] {
  const shown = realRows(state.status).filter((row) => passes(row, state));
  if (state.sort !== "configuration") return shown.toSorted(comparing(state));
  const rows: Row[] = [];
  let virtual: VirtualStatus | undefined;
  for (const row of shown) {
    if (row.virtual !== virtual) rows.push({ kind: "virtual", virtual: virtual = row.virtual });
    rows.push(row);
  }
  return rows;
}

/** The real server that keys are about: the one that was chosen while it is shown, else the first. */
export function selectedRow(state: TopState): RealRow | undefined {
  const reals = listRows(state).filter((row) => row.kind === "real");
  return reals.find(({ id }) => id === state.selected) ?? reals[0];
}

/** What a key leads to. */
export interface Pressed {
  readonly state: TopState;
  readonly pending?: PendingOrder;
  readonly quit?: true;
}

/**
 * Takes a key.
 *
 * @param page lines that the list has on the screen.
 */
export function press(state: TopState, key: Key, page: number): Pressed {
  if ("name" in key && key.name === "interrupt") return { state, quit: true };
  if (state.prompt?.kind === "filter") return { state: pressInFilter(state, state.prompt.before, key) };
  if (state.prompt?.kind === "confirm") return answer(state, state.prompt.pending, key);
  if (state.prompt?.kind === "weight") return pressInWeight(state, state.prompt.pending, state.prompt.typed, key);
  const cleared = { ...state, message: undefined, help: false };
  if (state.help) return { state: cleared };
  if (cleared.detailView && leavesDetailView(key)) {
    return { state: { ...cleared, detailView: false, details: undefined } };
  }
  return "name" in key ? { state: pressNamed(cleared, key.name, page) } : pressCharacter(cleared, key.character);
}

function leavesDetailView(key: Key): boolean {
  return "name" in key ? key.name === "enter" || key.name === "escape" : key.character === "q";
}

function pressNamed(state: TopState, name: Extract<Key, { name: string }>["name"], page: number): TopState {
  switch (name) {
    case "up":
      return move(state, -1);
    case "down":
      return move(state, 1);
    case "page-up":
      return move(state, -page);
    case "page-down":
      return move(state, page);
    case "home":
      return move(state, -Infinity);
    case "end":
      return move(state, Infinity);
    case "escape":
      return { ...state, filter: "", problems: false };
    case "enter":
      return { ...state, detailView: selectedRow(state) !== undefined };
    default:
      return state;
  }
}

function pressCharacter(state: TopState, character: string): Pressed {
  switch (character) {
    case "q":
      return { state, quit: true };
    case "k":
      return { state: move(state, -1) };
    case "j":
      return { state: move(state, 1) };
    case "s":
      return { state: sortBy(state, 1) };
    case "S":
      return { state: sortBy(state, -1) };
    case "p":
      return { state: { ...state, problems: !state.problems } };
    case "/":
      return { state: { ...state, prompt: { kind: "filter", before: state.filter } } };
    case "?":
    case "h":
      return { state: { ...state, help: true } };
    case "w":
      return { state: ask(state, "weight") };
    case "d":
      return { state: ask(state, "drain") };
    case "x":
      return { state: ask(state, "disable") };
    case "e":
      return { state: ask(state, "enable") };
    default:
      return { state };
  }
}

function pressInFilter(state: TopState, before: string, key: Key): TopState {
  if ("character" in key) return { ...state, filter: state.filter + key.character };
  switch (key.name) {
    case "backspace":
      return { ...state, filter: state.filter.slice(0, -1) };
    case "enter":
      return { ...state, prompt: undefined };
    case "escape":
      return { ...state, prompt: undefined, filter: before };
    default:
      return state;
  }
}

/** Asks before a real server is taken out: a wrong key must not do it. */
function ask(state: TopState, order: PendingOrder["order"]): TopState {
  const row = selectedRow(state);
  if (!row) return { ...state, message: "no real server is selected" };
  const pending = { order, real: row.real.real, virtual: row.virtual.key };
  const prompt: Prompt = order === "weight" ? { kind: "weight", pending, typed: "" } : { kind: "confirm", pending };
  return { ...state, prompt };
}

function pressInWeight(state: TopState, pending: PendingOrder, typed: string, key: Key): Pressed {
  if ("character" in key) {
    const next = /^[0-9%+-]$/.test(key.character) ? typed + key.character : typed;
    return { state: { ...state, prompt: { kind: "weight", pending, typed: next } } };
  }
  switch (key.name) {
    case "backspace":
      return { state: { ...state, prompt: { kind: "weight", pending, typed: typed.slice(0, -1) } } };
    case "enter":
      return orderWeight({ ...state, prompt: undefined }, pending, typed);
    case "escape":
      return { state: { ...state, prompt: undefined } };
    default:
      return { state };
  }
}

function orderWeight(state: TopState, pending: PendingOrder, typed: string): Pressed {
  try {
    return { state, pending: { ...pending, weight: parseWeightChange(typed) } };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { state: { ...state, message: error.message } };
  }
}

function answer(state: TopState, pending: PendingOrder, key: Key): Pressed {
  const done = { ...state, prompt: undefined };
  if ("name" in key) return key.name === "enter" ? { state: done, pending } : { state: done };
  if (key.character === "y") return { state: done, pending };
  if (key.character !== "a") return { state: done };
  // The address without its port means the machine, whatever ports it serves on.
  const machine = pending.real.slice(0, pending.real.lastIndexOf(":")).replace(/^\[|\]$/g, "");
  return { state: done, pending: { order: pending.order, real: machine } };
}

function move(state: TopState, by: number): TopState {
  const reals = listRows(state).filter((row) => row.kind === "real");
  if (reals.length === 0) return state;
  const now = reals.findIndex(({ id }) => id === selectedRow(state)?.id);
  const next = Math.min(reals.length - 1, Math.max(0, now + by));
  return { ...state, selected: reals[next].id, details: undefined };
}

function sortBy(state: TopState, by: number): TopState {
  const next = (SORTS.indexOf(state.sort) + by + SORTS.length) % SORTS.length;
  return { ...state, sort: SORTS[next] };
}

function realRows(status: Status | undefined): RealRow[] {
  return (status?.virtuals ?? []).flatMap((virtual) =>
    virtual.reals.map((real) => ({ kind: "real" as const, id: `${virtual.key} ${real.real}`, virtual, real }))
  );
}

function passes({ virtual, real }: RealRow, { filter, problems }: TopState): boolean {
  if (problems && real.serving && real.state !== "unknown" && real.drift === null) return false;
  const text = [virtual.virtual, virtual.name, real.real, ...real.names, real.state, real.why].join(" ").toLowerCase();
  return filter.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** The greatest, the newest and the worst first; names from a to z. */
function comparing({ sort }: TopState): (a: RealRow, b: RealRow) => number {
  const by = (value: (real: RealStatus) => number) => (a: RealRow, b: RealRow) => value(b.real) - value(a.real);
  switch (sort) {
    case "state":
      return by(({ serving, state }) => state === "down" ? 3 : state === "unknown" ? 2 : serving ? 0 : 1);
    case "conn/s":
      return by(({ kernel }) => kernel?.rates.connections ?? -1);
    case "active":
      return by(({ kernel }) => kernel?.active ?? -1);
    case "latency":
      return by(({ checks }) => checks.at(0)?.latencyMs ?? -1);
    case "changed":
      return by(({ since }) => Date.parse(since));
    default:
      return (a, b) => a.real.real < b.real.real ? -1 : a.real.real > b.real.real ? 1 : 0;
  }
}
