/**
 * The status document as metrics, in the text format of Prometheus (version 0.0.4), by the naming rules of its manual.
 */

import type { CheckStatus, RealStatus, Status, TrafficStatus, VirtualStatus } from "../control/status.ts";
import { looksAtFile } from "../model/check.ts";

/** The content type of the text, for Prometheus. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

type Labels = Readonly<Record<string, string>>;

/** What Prometheus calls the kinds of metrics. */
export type MetricType = "gauge" | "counter" | "histogram";

/** One metric with all its samples. */
class Family {
  readonly #lines: string[];

  constructor(readonly name: string, readonly type: MetricType, readonly help: string) {
    this.#lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
  }

  add(labels: Labels, value: number, suffix = ""): void {
    const pairs = Object.entries(labels).map(([name, text]) => `${name}="${escape(text)}"`).join(",");
    this.#lines.push(`${this.name}${suffix}${pairs && `{${pairs}}`} ${value}`);
  }

  /** A family without samples is left out. */
  get text(): string {
    return this.#lines.length > 2 ? `${this.#lines.join("\n")}\n` : "";
  }
}

/** A virtual service or real server with the labels of its samples. */
interface Labelled<T> {
  readonly labels: Labels;
  readonly of: T;
}

/** The metrics of a director; of none, `undefined`, that there is none. */
export function metricsText(status: Status | undefined): string {
  const up = one("ldirectord_up", "Whether the director answers.", Number(status !== undefined));
  return [up, ...status ? familiesOf(status) : []].map(({ text }) => text).join("");
}

/** The metrics of a director that answers, each with its name, its type and what it says, also those without a sample. */
export function familiesOf(status: Status): readonly Pick<Family, "name" | "type" | "help" | "text">[] {
  const virtuals = status.virtuals.map((virtual) => ({ labels: virtualLabels(virtual), of: virtual }));
  const reals = virtuals.flatMap(({ labels: { virtual, protocol }, of }) =>
    of.reals.map((real) => ({ labels: { virtual, protocol, real: real.real }, of: real }))
  );
  return [...daemonFamilies(status), ...virtualFamilies(virtuals), ...realFamilies(reals), ...checkFamilies(reals)];
}

function daemonFamilies({ daemon, table, digest, checks, unresolved, lists, draining }: Status): Family[] {
  const reload = daemon.lastReload ?? { time: daemon.startedAt, ok: true };
  return [
    one("ldirectord_build_info", "The version of the program, in a label.", 1, { version: daemon.version }),
    one("ldirectord_start_time_seconds", "When the director was started, since the epoch.", epoch(daemon.startedAt)),
    one("ldirectord_standby", "Whether it leaves the table to another director.", Number(daemon.state === "standby")),
    one("ldirectord_retired", "Whether an operator has retired it.", Number(daemon.retired !== null)),
    one("ldirectord_table_in_step", "Whether the kernel has taken all that is wanted.", Number(table.inStep)),
    digestFamily(
      "ldirectord_table_digest",
      "A digest of the entries in the kernel's table, as a number.",
      digest.table,
    ),
    digestFamily(
      "ldirectord_config_digest",
      "A digest of the configuration in force, as a number.",
      digest.configuration,
    ),
    one("ldirectord_config_last_reload_successful", "Whether the last reload came into force.", Number(reload.ok)),
    one("ldirectord_config_last_reload_timestamp_seconds", "When that was, since the epoch.", epoch(reload.time)),
    one("ldirectord_checks_running", "Rounds of checks that are under way.", checks.running),
    one("ldirectord_checks_waiting", "Rounds that are due and wait for open files.", checks.waiting),
    one(
      "ldirectord_checks_longest_wait_seconds",
      "For how long the first of these has waited.",
      checks.longestWaitSeconds,
    ),
    one("ldirectord_unresolved_reals", "Real servers with names that do not resolve.", unresolved.length),
    one(
      "ldirectord_failed_lists",
      "Lists of real servers that cannot be looked up.",
      lists.filter(({ trouble }) => trouble !== null).length,
    ),
    one("ldirectord_draining_reals", "Real servers that a reload has removed and that drain.", draining.length),
    helperRestarts(daemon.helper?.ends ?? 0),
  ];
}

/** A label of it would be a new series with each change; a number is not, and what is the same on two directors still is. */
function digestFamily(name: string, help: string, digest: string | null): Family {
  const known = new Family(name, "gauge", help);
  const value = numbered(digest);
  if (value !== undefined) known.add({}, value);
  return known;
}

/** A digest's 48 bits as a number, which a double holds exactly. */
function numbered(digest: string | null): number | undefined {
  return digest === null ? undefined : Number.parseInt(digest, 16);
}

function helperRestarts(ends: number): Family {
  const help = "How often the process that speaks to databases and directories was ended and started again.";
  const restarts = new Family("ldirectord_helper_restarts_total", "counter", help);
  restarts.add({}, ends);
  return restarts;
}

function virtualFamilies(virtuals: readonly Labelled<VirtualStatus>[]): Family[] {
  const gauge = (name: string, help: string, value: (virtual: VirtualStatus) => number | undefined) =>
    family(`ldirectord_virtual_${name}`, "gauge", help, virtuals, value);
  return [
    gauge("reals", "Real servers in the configuration.", ({ counts }) => counts.reals),
    gauge("reals_serving", "Real servers that clients may be sent to.", ({ counts }) => counts.serving),
    gauge("reals_unknown", "Real servers that cannot be checked.", ({ counts }) => counts.unknown),
    gauge(
      "table_digest",
      "A digest of its entries in the kernel's table, as a number.",
      ({ digest }) => numbered(digest.table),
    ),
    gauge(
      "config_digest",
      "A digest of its configuration, as a number.",
      ({ digest }) => numbered(digest.configuration),
    ),
    gauge("fallback_active", "Whether the fallback serves.", ({ fallback }) => Number(fallback?.active ?? false)),
    gauge("quorum_serving_weight", "The weight that serves.", ({ quorum }) => quorum?.serving),
    gauge("quorum_needed_weight", "The weight that has to serve for it to be up.", ({ quorum }) => quorum?.needed),
    gauge("quorum_lost", "Whether less than its quorum serves.", ({ quorum }) => Number(quorum?.state === "down")),
    gauge(
      "announced",
      "Whether its address is announced; absent where it is not to be.",
      ({ announce }) => announce ? Number(announce.announced) : undefined,
    ),
    gauge(
      "announce_trouble",
      "Whether the place where its address is announced is not as it should be.",
      ({ announce }) => announce ? Number(announce.trouble !== null) : undefined,
    ),
    gauge(
      "fail_open",
      "Whether all real servers get clients because too few are up.",
      ({ failOpen }) => Number(failOpen),
    ),
    ...trafficFamilies("virtual", virtuals),
  ];
}

function realFamilies(reals: readonly Labelled<RealStatus>[]): Family[] {
  const gauge = (name: string, help: string, value: (real: RealStatus) => number | null | undefined) =>
    family(`ldirectord_real_${name}`, "gauge", help, reals, value);
  const state = new Family("ldirectord_real_state", "gauge", "The state of the real server, in a label.");
  for (const { labels, of } of reals) state.add({ ...labels, state: of.state }, 1);
  return [
    gauge("up", "Whether its checks pass.", ({ checks, state }) => Number(checks.every(isUp) && state !== "off")),
    gauge("serving", "Whether clients may be sent to it.", ({ serving }) => Number(serving)),
    gauge("unknown", "Whether it cannot be checked.", ({ state }) => Number(state === "unknown")),
    state,
    family(
      "ldirectord_real_transitions_total",
      "counter",
      "How often its state changed.",
      reals,
      ({ transitions }) => transitions,
    ),
    gauge("configured_weight", "Its weight in the configuration.", ({ weight }) => weight.configured),
    gauge("wanted_weight", "The weight that it should have now.", ({ weight }) => weight.wanted),
    gauge("kernel_weight", "The weight that it has in the kernel's table.", ({ weight }) => weight.kernel),
    gauge("drift", "Whether the kernel's entry is not as wanted.", ({ drift }) => Number(drift !== null)),
    gauge("active_connections", "Open connections, as the kernel counts them.", ({ kernel }) => kernel?.active),
    gauge(
      "inactive_connections",
      "Connections that are closing, and all those of udp.",
      ({ kernel }) => kernel?.inactive,
    ),
    ...trafficFamilies("real", reals),
  ];
}

const TRAFFIC: readonly (readonly [name: string, help: string, field: keyof TrafficStatus])[] = [
  ["connections_total", "Connections that the kernel has scheduled.", "connections"],
  ["incoming_packets_total", "Packets from clients.", "packetsIn"],
  ["outgoing_packets_total", "Packets to clients, as far as they come through here.", "packetsOut"],
  ["incoming_bytes_total", "Bytes from clients.", "bytesIn"],
  ["outgoing_bytes_total", "Bytes to clients, as far as they come through here.", "bytesOut"],
];

function trafficFamilies(
  what: string,
  counted: readonly Labelled<{ readonly kernel: { readonly totals: TrafficStatus } | null }>[],
): Family[] {
  return TRAFFIC.map(([name, help, field]) =>
    family(`ldirectord_${what}_${name}`, "counter", help, counted, ({ kernel }) => kernel?.totals[field])
  );
}

function checkFamilies(reals: readonly Labelled<RealStatus>[]): Family[] {
  const durations = new Family("ldirectord_check_duration_seconds", "histogram", "What rounds of a check took.");
  const failures = new Family("ldirectord_check_failures_total", "counter", "Rounds of a check that failed, by why.");
  const last = new Family(
    "ldirectord_check_last_round_timestamp_seconds",
    "gauge",
    "When the last round of a check ended, since the epoch.",
  );
  for (const { labels: whose, of: { checks } } of reals) {
    const names = checkNames(checks);
    for (const [i, check] of checks.entries()) {
      const labels = { ...whose, check: names[i] };
      addHistogram(durations, labels, check);
      for (const [reason, count] of Object.entries(check.failed)) failures.add({ ...labels, reason }, count);
      if (check.lastRound !== null) last.add(labels, epoch(check.lastRound));
    }
  }
  return [durations, failures, last];
}

/** `http:80`, or `file`; a further check of the same kind at the same port is `http:80#2`. */
function checkNames(checks: readonly CheckStatus[]): string[] {
  const seen = new Map<string, number>();
  return checks.map(({ kind, port }) => {
    const name = looksAtFile(kind) ? kind : `${kind}:${port}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}#${count}`;
  });
}

function addHistogram(family: Family, labels: Labels, { rounds, detail }: CheckStatus): void {
  if (!detail) return;
  for (const [seconds, count] of detail.buckets) family.add({ ...labels, le: String(seconds) }, count, "_bucket");
  family.add({ ...labels, le: "+Inf" }, rounds, "_bucket");
  family.add(labels, detail.seconds, "_sum");
  family.add(labels, rounds, "_count");
}

function one(name: string, help: string, value: number, labels: Labels = {}): Family {
  const family = new Family(name, "gauge", help);
  family.add(labels, value);
  return family;
}

/** What is not known has no sample. */
function family<T>(
  name: string,
  type: "gauge" | "counter",
  help: string,
  all: readonly Labelled<T>[],
  value: (of: T) => number | null | undefined,
): Family {
  const family = new Family(name, type, help);
  for (const { labels, of } of all) {
    const known = value(of);
    if (known !== null && known !== undefined) family.add(labels, known);
  }
  return family;
}

/** A mark of IPv6 packets is another service than the same mark of IPv4 ones: `fwm6`. */
function virtualLabels({ key, virtual, name }: VirtualStatus): Labels {
  const protocol = key.slice(0, key.indexOf(":"));
  return name === null ? { virtual, protocol } : { virtual, protocol, name };
}

function isUp({ up }: CheckStatus): boolean {
  return up;
}

function epoch(time: string): number {
  return Date.parse(time) / 1000;
}

function escape(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => character === "\n" ? "\\n" : `\\${character}`);
}
