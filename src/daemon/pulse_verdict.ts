import type { Owner } from "./pid_file.ts";
import type { Pulse } from "./pulse.ts";

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
  /** What it says; absent where it makes no sense. */
  readonly pulse?: Pulse;
  /** What came of a look at the kernel's table, where one was asked for. */
  readonly table?: TableEvidence;
}

/** What the director says when it is asked for the kernel's table. */
export interface TableEvidence {
  /** Virtual services that are not in the table, and should be. */
  readonly missing: readonly string[];
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
  { owner, started, age, pulse, table }: PulseEvidence,
  limits: PulseLimits,
): { readonly state: PluginState; readonly line: string } {
  if (owner.state === "none") return verdict("CRITICAL", "ldirectord does not run: it has no pulse");
  if (owner.state === "stale") return verdict("CRITICAL", "ldirectord has died: it left its pid file");
  if (age !== undefined && !pulse) return verdict("UNKNOWN", "ldirectord pulse file makes no sense");
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
  const states = [
    stateOf(late, limits),
    stateOf(overdue, limits),
    pulse.inStep ? "OK" : "WARNING",
    !table || (table.missing.length === 0 && table.trouble === undefined) ? "OK" : "CRITICAL",
  ] as const;
  const state = states.reduce(worse);
  const rhythm = { OK: "is regular", WARNING: "is irregular", CRITICAL: "has stopped", UNKNOWN: "" };
  const line = `ldirectord pulse ${rhythm[stateOf(late, limits)]} (${count(late)} since last beat)`;
  const buts = [
    ...(stateOf(overdue, limits) === "OK" ? [] : [`the check of ${pulse.overdue!.check} is ${count(overdue)} overdue`]),
    ...(pulse.inStep ? [] : ["the IPVS table is not as wanted"]),
    ...(table?.missing.length ? [`the IPVS table lacks ${table.missing.join(", ")}`] : []),
    ...(table?.trouble === undefined ? [] : [`the director does not say how the IPVS table is: ${table.trouble}`]),
  ];
  const performance = [
    `age=${late}s;${limits.warning};${limits.critical};0`,
    `overdue=${overdue}s;${limits.warning};${limits.critical};0`,
    `checks=${pulse.checks}c`,
  ];
  return verdict(state, [line, ...buts].join(", but "), ` | ${performance.join(" ")}`);
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
