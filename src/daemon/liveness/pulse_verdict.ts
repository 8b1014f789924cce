import type { Owner } from "../process/pid_file.ts";
import type { Pulse, Some } from "./pulse.ts";

/** A verdict in the words of monitoring plugins; its place is its exit status. */
export const PLUGIN_STATES = ["OK", "WARNING", "CRITICAL", "UNKNOWN"] as const;

/** One of {@link PLUGIN_STATES}. */
export type PluginState = typeof PLUGIN_STATES[number];

/** What there is to see of a director from outside. */
export interface PulseEvidence {
  readonly owner: Owner;
  /** Seconds since its pid file was written, which is what a daemon does first; absent where there is none. */
  readonly started?: number;
  /** Seconds since the pulse file was renewed; absent where there is no pulse file. */
  readonly age?: number;
  /** What it says; absent where it cannot be read. */
  readonly pulse?: Pulse;
  /** What came of a look at the kernel's table, where one was asked for. */
  readonly table?: TableEvidence;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Only the director is judged, and not what its clients meet: for programs that restart it. */
  readonly isOfDirector?: boolean;
}

/** What the director says when it is asked for the kernel's table. */
export interface TableEvidence {
  /** Virtual services that are not in the table, and should be. */
  readonly missing: readonly string[];
  /** Why addresses are not announced as they should be. */
  readonly unannounced?: string;
  /** Why nothing could be learnt. */
  readonly trouble?: string;
}

/** Seconds above which a pulse, or a check, is late. */
export interface PulseLimits {
  readonly warning: number;
  readonly critical: number;
}

/** The usual limits: two and five minutes. Checks that are made less often than that ask for more. */
export function usualLimits(pulse: Pulse | undefined): PulseLimits {
  const every = pulse?.every ?? 0;
  return { warning: Math.max(120, 2 * every), critical: Math.max(300, 5 * every) };
}

/** What a monitoring plugin says of the evidence: its state and its one line, performance data included. */
export function judgePulse(
  { owner, started, age, pulse, table, now, isOfDirector }: PulseEvidence,
  limits: PulseLimits,
): { readonly state: PluginState; readonly line: string } {
  if (owner.state === "none") return verdict("CRITICAL", "ldirectord does not run: it has no pulse");
  if (owner.state === "stale") return verdict("CRITICAL", "ldirectord has died: it left its pid file");
  if (age !== undefined && !pulse) return verdict("UNKNOWN", "ldirectord pulse file cannot be read");
  // One that died has left its pulse, which says nothing of the one that has come after it.
  if (age === undefined || pulse?.pid !== owner.pid) {
    if (started === undefined || started > limits.warning) {
      return verdict("CRITICAL", `ldirectord runs (pid ${owner.pid}) but has no pulse`);
    }
    return verdict("OK", `ldirectord has just started (${count(Math.max(0, started))} ago), its first beat is to come`);
  }
  if (age < -limits.warning) {
    return verdict("UNKNOWN", `ldirectord pulse lies in the future (${count(-age)} from now): was the clock set?`);
  }
  const late = Math.max(0, Math.floor(age));
  const overdue = pulse.overdue?.seconds ?? 0;
  const faults = [
    ...faultsOfDirector(pulse, limits, table),
    ...isOfDirector ? [] : faultsOfClients(pulse, limits, now),
    ...isOfDirector || table?.unannounced === undefined ? [] : [unannounced(table.unannounced)],
  ];
  const state = [stateOf(late, limits), ...faults.map(({ state }) => state)].reduce(worse);
  const rhythm = { OK: "is regular", WARNING: "is irregular", CRITICAL: "has stopped", UNKNOWN: "" };
  const line = `ldirectord pulse ${rhythm[stateOf(late, limits)]} (${count(late)} since last beat)`;
  const performance = [
    `age=${late}s;${limits.warning};${limits.critical};0`,
    `overdue=${overdue}s;${limits.warning};${limits.critical};0`,
    `checks=${pulse.checks}c`,
  ];
  return verdict(state, [line, ...faults.map(({ text }) => text)].join(", but "), ` | ${performance.join(" ")}`);
}

/** Something that is not as it should be. */
interface Fault {
  readonly state: PluginState;
  readonly text: string;
}

/** Routers do not hear what they should; a director that is started again would not change that. */
function unannounced(trouble: string): Fault {
  return { state: "CRITICAL", text: `addresses are not announced as they should be: ${trouble}` };
}

function faultsOfDirector(pulse: Pulse, limits: PulseLimits, table: TableEvidence | undefined): Fault[] {
  const faults: Fault[] = [];
  const { overdue, missing } = pulse;
  const late = stateOf(overdue?.seconds ?? 0, limits);
  if (overdue && late !== "OK") {
    faults.push({ state: late, text: `the check of ${overdue.check} is ${count(overdue.seconds)} overdue` });
  }
  if (table?.missing.length) {
    faults.push({ state: "CRITICAL", text: `the IPVS table lacks ${table.missing.join(", ")}` });
  } else if (missing) {
    faults.push({ state: "CRITICAL", text: `the IPVS table lacks ${someOf(missing)}` });
  } else if (!pulse.inStep) {
    faults.push({ state: "WARNING", text: "the IPVS table is not as wanted" });
  }
  if (table?.trouble !== undefined) {
    const text = `the director does not say how the IPVS table is: ${table.trouble}`;
    faults.push({ state: "CRITICAL", text });
  }
  return faults;
}

/**
 * What clients meet. A real server that cannot be checked is a WARNING at once; CRITICAL after the time of a late pulse:
 * that for WARNING where no real server of a virtual service can be checked, and else that for CRITICAL.
 */
function faultsOfClients(
  { unserved, unknown, unjudged }: Pulse,
  { warning, critical }: PulseLimits,
  now: number,
): Fault[] {
  const faults: Fault[] = [];
  const secondsSince = (time: string) => Math.max(0, (now - Date.parse(time)) / 1000);
  if (unserved) faults.push({ state: "WARNING", text: `no real server of ${someOf(unserved)} serves` });
  if (unjudged) {
    const seconds = secondsSince(unjudged.since);
    const state = seconds > warning ? "CRITICAL" : "WARNING";
    const text = `no real server of ${someOf(unjudged)} can be checked, for ${count(seconds)}`;
    faults.push({ state, text });
  }
  if (unknown) {
    const seconds = secondsSince(unknown.since);
    const state = seconds > critical ? "CRITICAL" : "WARNING";
    const reals = `${unknown.reals} real ${unknown.reals === 1 ? "server" : "servers"}`;
    faults.push({ state, text: `${reals} cannot be checked, for ${count(seconds)}` });
  }
  return faults;
}

function someOf({ count, first }: Some): string {
  return count === 1 ? first : `${first} and ${count - 1} more`;
}

function verdict(state: PluginState, said: string, performance = "") {
  // A bar begins the performance data, so none may stand before them.
  return { state, line: `${state}: ${said.replaceAll("|", "/")}${performance}` };
}

function stateOf(seconds: number, { warning, critical }: PulseLimits): PluginState {
  if (seconds > critical) return "CRITICAL";
  return seconds > warning ? "WARNING" : "OK";
}

/** Not for UNKNOWN, which is no matter of more or less. */
function worse(a: PluginState, b: PluginState): PluginState {
  return PLUGIN_STATES.indexOf(a) > PLUGIN_STATES.indexOf(b) ? a : b;
}

function count(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${whole} ${whole === 1 ? "second" : "seconds"}`;
}
