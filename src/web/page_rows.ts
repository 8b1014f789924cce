/**
 * What the status page shows, and what of it has changed since it was last told: a page of a thousand real servers is
 * kept up to date with a few of them a second.
 */

import { announceText } from "../control/announce_text.ts";
import { quorumText } from "../control/quorum_text.ts";
import type { HistoryEntry } from "../control/history.ts";
import type { RealStatus, Status, VirtualStatus } from "../control/status.ts";

/** One real server of the page. */
export interface PageReal {
  readonly real: string;
  readonly names: readonly string[];
  readonly state: string;
  readonly serving: boolean;
  readonly why: string;
  readonly since: string;
  readonly drift: string | null;
  readonly weight: RealStatus["weight"];
  readonly active: number | null;
  readonly inactive: number | null;
  readonly rate: number | null;
  readonly latency: number | null;
  /** When the last round ended: a new one is a new point of the curve. */
  readonly round: string | null;
  /** Percent. */
  readonly uptime: number | null;
}

/** One virtual service of the page. */
export interface PageVirtual {
  readonly key: string;
  readonly virtual: string;
  readonly about: string;
  readonly state: string;
  readonly counts: VirtualStatus["counts"];
  readonly fallback: string | null;
  /** What is to be known of its quorum. */
  readonly quorum: string | null;
  /** Whether routers hear of its address; null: they are not to. */
  readonly announce: { readonly text: string; readonly isWell: boolean } | null;
  readonly drift: string | null;
  readonly rates: { readonly connections: number; readonly bytesIn: number; readonly bytesOut: number } | null;
  /** Identities of its real servers, in order. */
  readonly reals: readonly string[];
}

/** What is sent to a page: all of it at first, then what has changed. */
export interface PageNews {
  readonly time: string;
  readonly daemon: Status["daemon"];
  readonly table: Status["table"];
  readonly digest: Status["digest"];
  readonly counts: Status["counts"];
  readonly virtuals: readonly PageVirtual[];
  /** Names of real servers that do not resolve. */
  readonly unresolved: readonly string[];
  /** Real servers that were removed, and that drain. */
  readonly draining: readonly string[];
  /** By identity; those that are not told are as they were. */
  readonly reals: Readonly<Record<string, PageReal>>;
  /** Milliseconds of the newest rounds by identity, told at first only. */
  readonly curves?: Readonly<Record<string, readonly (number | null)[]>>;
  /** What has happened since. */
  readonly events: readonly HistoryEntry[];
}

/** A status as a page shows it, with each real server as text, to be compared. */
export interface Page {
  readonly status: Status;
  readonly rows: ReadonlyMap<string, { readonly row: PageReal; readonly text: string }>;
}

/** Prepares a status, once for all viewers. */
export function pageOf(status: Status): Page {
  const rows = status.virtuals.flatMap((virtual) =>
    virtual.reals.map((real) => {
      const row = pageReal(real);
      return [idOf(virtual, real), { row, text: JSON.stringify(row) }] as const;
    })
  );
  return { status, rows: new Map(rows) };
}

/** What is sent to a page that shows `before`; all, when it shows nothing yet. */
export function pageNews(page: Page, events: readonly HistoryEntry[], before?: Page): PageNews {
  const { status, rows } = page;
  const news = [...rows].filter(([id, { text }]) => before?.rows.get(id)?.text !== text);
  return {
    time: status.time,
    daemon: status.daemon,
    table: status.table,
    digest: status.digest,
    counts: status.counts,
    virtuals: status.virtuals.map(pageVirtual),
    unresolved: [...new Set(status.unresolved.map(({ host }) => host))],
    draining: status.draining.map(({ real, virtual }) => `${real} (${virtual})`),
    reals: Object.fromEntries(news.map(([id, { row }]) => [id, row])),
    ...before ? {} : { curves: curvesOf(status) },
    events,
  };
}

function curvesOf({ virtuals }: Status): Record<string, readonly (number | null)[]> {
  return Object.fromEntries(
    virtuals.flatMap((virtual) =>
      virtual.reals.map((real) => [idOf(virtual, real), real.checks.at(0)?.detail?.recent ?? []] as const)
    ),
  );
}

function pageVirtual(virtual: VirtualStatus): PageVirtual {
  const { key, protocol, scheduler, persistence, name, state, counts, fallback, drift, kernel, digest, reals } =
    virtual;
  const rates = kernel && {
    connections: kernel.rates.connections,
    bytesIn: kernel.rates.bytesIn,
    bytesOut: kernel.rates.bytesOut,
  };
  return {
    key,
    virtual: virtual.virtual,
    about: [
      name,
      protocol,
      scheduler,
      persistence === null ? null : `persistent ${persistence}`,
      digest.table === null ? null : `table ${digest.table}`,
    ]
      .filter((part) => part !== null).join(" · "),
    state,
    counts,
    fallback: fallback && `${fallback.real} ${fallback.active ? "serves" : "stands by"}`,
    quorum: quorumText(virtual),
    announce: virtual.announce && {
      text: announceText(virtual.announce),
      isWell: virtual.announce.announced && virtual.announce.trouble === null,
    },
    drift,
    rates,
    reals: reals.map((real) => idOf(virtual, real)),
  };
}

function pageReal({ checks: [check], uptime, kernel, ...real }: RealStatus): PageReal {
  return {
    real: real.real,
    names: real.names,
    state: real.state,
    serving: real.serving,
    why: real.why,
    since: real.since,
    drift: real.drift,
    weight: real.weight,
    active: kernel?.active ?? null,
    inactive: kernel?.inactive ?? null,
    rate: kernel?.rates.connections ?? null,
    latency: check?.up ? check.latencyMs : null,
    round: check?.lastRound ?? null,
    uptime: uptime.watchedSeconds > 0 ? Math.floor((uptime.upSeconds / uptime.watchedSeconds) * 1000) / 10 : null,
  };
}

function idOf({ key }: VirtualStatus, { real }: RealStatus): string {
  return `${key} ${real}`;
}
