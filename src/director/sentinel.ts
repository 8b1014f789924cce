/**
 * One sentinel: an idle connection to a real server that tells at once when the server's process or host is gone. Pure.
 *
 * A sentinel decides nothing: it has the check made now, and the check's result counts as usual. All its rules are here:
 *
 * | state | event | next | effects |
 * |---|---|---|---|
 * | waiting, or later | its time has come | opening | open |
 * | waiting for a passed check | a check passes | opening | open |
 * | opening | opened | open until 80 % of what the server allows | |
 * | opening | failed, or no answer in time | waiting, longer each time, or for a passed check | close |
 * | opening | no descriptor is free | waiting | |
 * | open | the server ends it, or does not answer to keepalive | waiting | check: now, but not too often |
 * | open | the server sends without end | waiting, longer each time | close |
 * | open | 80 % of what the server allows are over | opening | close, open |
 * | any | the check that it has had made passes | open again; learns what the server allows | |
 * | any | the check that it has had made fails | waiting for a passed check | |
 */

/** Why a connection has ended that was open. */
export type SentinelEnd =
  /** The server has closed it. */
  | "closed"
  /** The server has reset it. */
  | "reset"
  /** The server's host does not answer to keepalive any more, or cannot be reached. */
  | "silent";

/** What happens to a sentinel. */
export type SentinelEvent =
  /** Its time has come: {@link Sentinel.wakeAt}. */
  | { readonly type: "tick" }
  | { readonly type: "opened" }
  /** The connection could not be opened. */
  | { readonly type: "failed"; readonly reason: string }
  /** As many files are open as may be. */
  | { readonly type: "no-room" }
  | { readonly type: "ended"; readonly how: SentinelEnd }
  /** The server sends without being asked, and more than a greeting. */
  | { readonly type: "flooded" }
  /** A round of the checks that it had made has ended. */
  | { readonly type: "verdict"; readonly up: boolean }
  /** A round that was due anyway has passed. */
  | { readonly type: "passed" };

/** What is to be done. */
export type SentinelEffect = "open" | "close" | "check";

/** What a server allows an idle connection, as far as it is known. */
interface Limit {
  /** Milliseconds after which the server has closed one. */
  readonly lasted: number;
  /** Connections since then that were renewed in time. */
  readonly renewals: number;
  /** After so many renewals one is left open for longer: the server may have closed the other for another reason. */
  readonly trialAfter: number;
}

/** The state of one sentinel. Times are the director's, in milliseconds. */
export interface Sentinel {
  readonly phase: "waiting" | "opening" | "open";
  /** When the phase began. */
  readonly since: number;
  /** Why it is not open; while it is, why it was not before. */
  readonly reason: string;
  /** When the connection is to be opened, given up or renewed; `undefined`: never by itself. */
  readonly dueAt?: number;
  /** A check that passes has it opened. */
  readonly opensOnPass: boolean;
  /** When the check that it asks for may be made, where that is later. */
  readonly checkAt?: number;
  /** When it has had a check made the last time. */
  readonly checkedAt?: number;
  /** How the connection ended for which a check was asked, and how long it had lasted; until that check's verdict. */
  readonly suspicion?: { readonly how: SentinelEnd; readonly lasted: number };
  /** Attempts in a row that did not lead to a connection of some duration. */
  readonly failures: number;
  /** Checks in a row that it has had made and that passed, less one with each connection that lasted. */
  readonly falseAlarms: number;
  readonly limit?: Limit;
  /** Connections that were opened. */
  readonly opened: number;
  /** Checks that it has had made. */
  readonly checks: number;
}

/** The state after an event, and what is to be done, in that order. */
export interface SentinelStep {
  readonly next: Sentinel;
  readonly effects: readonly SentinelEffect[];
}

/** Milliseconds that a connection may take to be opened. */
const OPENING = 5_000;

/** Milliseconds until the next attempt after the first that failed; doubled with each further one. */
const RETRY = { first: 1_000, most: 60_000 };

/** Milliseconds between two checks that a sentinel has made; doubled with each that passed. */
const CHECKS_APART = { first: 1_000, most: 10_000 };

/** A server that closes idle connections sooner than after so many milliseconds leaves no use for a sentinel. */
const SHORTEST_LIMIT = 2_000;

/** Milliseconds until the next attempt where the server has no use for one; doubled each time. */
const USELESS = { first: 4_000, most: 600_000 };

/** The part of what a server allows after which a connection is renewed. */
const RENEW_AT = 0.8;

/** A limit longer than a day is none. */
const LONGEST_LIMIT = 86_400_000;

/** Renewals until a limit is tried for the first time; doubled each time that it holds. */
const FIRST_TRIAL = 8;

/** A sentinel that waits for a check to pass, or opens at once where one has. */
export function newSentinel(now: number, hasPassed: boolean): Sentinel {
  return {
    phase: "waiting",
    since: now,
    reason: "waiting for a check to pass",
    dueAt: hasPassed ? now : undefined,
    opensOnPass: true,
    failures: 0,
    falseAlarms: 0,
    opened: 0,
    checks: 0,
  };
}

/** When its time comes; `undefined`: never by itself. */
export function wakeAt({ dueAt, checkAt }: Sentinel): number | undefined {
  const least = Math.min(dueAt ?? Infinity, checkAt ?? Infinity);
  return least === Infinity ? undefined : least;
}

/** Returns the state after an event, and what is to be done. */
export function stepSentinel(before: Sentinel, event: SentinelEvent, now: number): SentinelStep {
  switch (event.type) {
    case "tick":
      return tick(before, now);
    case "opened":
      return before.phase === "opening" ? opened(before, now) : nothing(before);
    case "failed":
      return before.phase === "opening" ? step(notOpened(before, event.reason, now)) : nothing(before);
    case "no-room":
      return before.phase === "opening" ? step(notOpened(before, NO_ROOM, now)) : nothing(before);
    case "ended":
      return before.phase === "open" ? ended(before, event.how, now) : nothing(before);
    case "flooded":
      return before.phase === "open" ? flooded(before, now) : nothing(before);
    case "verdict":
      return before.suspicion ? verdict(before, event.up, now) : nothing(before);
    case "passed":
      return before.phase === "waiting" && before.opensOnPass && !before.suspicion
        ? opening(before, now)
        : nothing(before);
  }
}

const NO_ROOM = "no open file is free for it";

function nothing(next: Sentinel): SentinelStep {
  return { next, effects: [] };
}

function step(next: Sentinel, ...effects: SentinelEffect[]): SentinelStep {
  return { next, effects };
}

function tick(before: Sentinel, now: number): SentinelStep {
  if (before.checkAt !== undefined && before.checkAt <= now) return check(before, now);
  if (before.dueAt === undefined || before.dueAt > now) return nothing(before);
  if (before.phase === "waiting") return opening(before, now);
  if (before.phase === "opening") return step(notOpened(before, "no answer", now), "close");
  return renewed(before, now);
}

function opening(before: Sentinel, now: number): SentinelStep {
  // What has not been answered by now is not waited for: the check may have gone with a reload.
  const next = { ...before, suspicion: undefined, checkAt: undefined };
  return step({ ...next, phase: "opening", since: now, dueAt: now + OPENING }, "open");
}

function opened(before: Sentinel, now: number): SentinelStep {
  const { limit } = before;
  const lasts = limit && limit.lasted * (isTrial(limit) ? 2 : RENEW_AT);
  return step({
    ...before,
    phase: "open",
    since: now,
    dueAt: lasts === undefined ? undefined : now + lasts,
    opened: before.opened + 1,
  });
}

function isTrial({ renewals, trialAfter }: Limit): boolean {
  return renewals >= trialAfter;
}

/** The connection could not be opened: no reason for a check. */
function notOpened(before: Sentinel, reason: string, now: number): Sentinel {
  return triedLater({ ...before, reason, opensOnPass: true }, RETRY, now);
}

/** The connection has lasted as long as it was to. */
function renewed(before: Sentinel, now: number): SentinelStep {
  const { limit } = before;
  const { next, effects } = opening({
    ...before,
    falseAlarms: Math.max(0, before.falseAlarms - 1),
    failures: 0,
    limit: limit && afterRenewal(limit),
  }, now);
  return { next, effects: ["close", ...effects] };
}

function afterRenewal(limit: Limit): Limit | undefined {
  if (!isTrial(limit)) return { ...limit, renewals: limit.renewals + 1 };
  // The server allows at least twice as long: tried further with the next one.
  const lasted = limit.lasted * 2;
  return lasted > LONGEST_LIMIT ? undefined : { ...limit, lasted };
}

function ended(before: Sentinel, how: SentinelEnd, now: number): SentinelStep {
  const suspicion = { how, lasted: now - before.since };
  const next: Sentinel = {
    ...before,
    phase: "waiting",
    since: now,
    reason: END_REASONS[how],
    // In case that the check never has a verdict.
    dueAt: now + RETRY.most,
    opensOnPass: true,
    suspicion,
  };
  const earliest = (before.checkedAt ?? -Infinity) + doubled(CHECKS_APART, before.falseAlarms);
  return earliest <= now ? check(next, now) : step({ ...next, checkAt: earliest });
}

const END_REASONS: Readonly<Record<SentinelEnd, string>> = {
  closed: "the server has closed it",
  reset: "the server has reset it",
  silent: "the server does not answer to keepalive",
};

function check(before: Sentinel, now: number): SentinelStep {
  return step({ ...before, checkAt: undefined, checkedAt: now, checks: before.checks + 1 }, "check");
}

function verdict(before: Sentinel, up: boolean, now: number): SentinelStep {
  const { suspicion } = before;
  const next: Sentinel = { ...before, suspicion: undefined };
  if (!up) return step({ ...next, falseAlarms: 0, dueAt: now + doubled(RETRY, before.failures), opensOnPass: true });
  const learnt = { ...next, falseAlarms: before.falseAlarms + 1 };
  if (!suspicion || suspicion.how === "silent") return opening({ ...learnt, failures: 0 }, now);
  const { lasted } = suspicion;
  if (lasted < SHORTEST_LIMIT) return step(useless(learnt, `the server closes idle connections in ${ms(lasted)}`, now));
  return opening({ ...learnt, failures: 0, limit: learntLimit(before.limit, lasted) }, now);
}

/** What the server allows, now that it has closed a connection that had lasted so long, though it is well. */
function learntLimit(known: Limit | undefined, lasted: number): Limit {
  const trialAfter = known ? (isTrial(known) ? known.trialAfter * 2 : known.trialAfter) : FIRST_TRIAL;
  return { lasted, renewals: 0, trialAfter };
}

function flooded(before: Sentinel, now: number): SentinelStep {
  return step(useless(before, "the server sends without being asked", now), "close");
}

/** There is no use for a sentinel here: tried again much later, and not because a check passes. */
function useless(before: Sentinel, reason: string, now: number): Sentinel {
  return triedLater({ ...before, reason, opensOnPass: false }, USELESS, now);
}

function triedLater(before: Sentinel, pause: Pause, now: number): Sentinel {
  const dueAt = now + doubled(pause, before.failures);
  return { ...before, phase: "waiting", since: now, dueAt, failures: before.failures + 1 };
}

/** Milliseconds: the first one, which doubles each time, and the longest. */
interface Pause {
  readonly first: number;
  readonly most: number;
}

function doubled({ first, most }: Pause, times: number): number {
  return Math.min(first * 2 ** times, most);
}

function ms(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
