import { canonicalSettings } from "../../ipvs/canonical.ts";
import { openConnections } from "../../ipvs/counters.ts";
import { helper } from "../../checkers/helper.ts";
import type {
  AnnounceStatus,
  ByHandStatus,
  ChecksStatus,
  CheckStatus,
  ConversationLine,
  CountsStatus,
  DrainingStatus,
  HelperStatus,
  ListStatus,
  OrdersStatus,
  QuorumStatus,
  RealStatus,
  RetiredStatus,
  SentinelStatus,
  Status,
  TrafficStatus,
  VirtualState,
  VirtualStatus,
} from "../../control/status.ts";
import { EncodedResult } from "../../control/protocol.ts";
import type { DesiredDestination, DesiredService, DesiredTable } from "../../director/desired.ts";
import {
  checksSay,
  type Health,
  isAvailable,
  isHeld,
  type RealHealth,
  reasonFor,
  type VirtualHealth,
} from "../../director/real_health.ts";
import { stateOf } from "../../director/real_state.ts";
import { getsClients, quorumFigures, type ServedBy, servedBy } from "../../director/quorum.ts";
import { weightFileTrouble, zeroWeightReason } from "../../director/serving.ts";
import type { Counters, DestinationCounters, ServiceCounters, Traffic } from "../../ipvs/counters.ts";
import type { Check } from "../../model/check.ts";
import { partsOf, type RealId, realId, type RealOrders } from "../../model/orders.ts";
import { jsonInSteps, type Lazily, LazyList } from "../../model/json_steps.ts";
import { listName } from "../../model/real_list.ts";
import { everySoOften, type Steps, walkFor } from "../../model/steps.ts";
import { type DestinationKey, methodText, serviceLabel, type VirtualKey } from "../../model/table.ts";
import {
  checksOf,
  givenNames,
  type Model,
  type RealServer,
  realServersIn,
  type RoundCounts,
  type VirtualService,
  withOwnCounts,
} from "../../model/virtual_service.ts";
import { rounded } from "../records/check_records.ts";
import { formatShortly } from "../log/date.ts";
import type { Transitions } from "../records/records.ts";
import { type Digested, type Digests, digestsInSteps } from "./digests.ts";
import type { Reported } from "./reported.ts";
import type { Selected } from "../operator/select_reals.ts";
import { VERSION } from "../../model/version.ts";

/** What a status is to be of. */
export interface StatusScope {
  /** Absent = all real servers. */
  readonly selected?: readonly Selected[];
  readonly detail: boolean;
  readonly conversation: boolean;
}

/**
 * Resolves with what a director has to say of itself: of one moment, however long it takes to write it, but for the figures
 * of rounds and uptimes, which are as new as can be.
 */
export async function statusOf(daemon: Reported, scope: StatusScope): Promise<EncodedResult> {
  const counters = withoutMissing(await daemon.counters.read(), daemon.director.missing);
  const writer = new StatusWriter(daemon, counters, scope);
  return new EncodedResult(await walkFor(realServersIn(daemon.model))(writer.write()));
}

/** What there is to say of the director as a whole, without what is summed up from its virtual services. */
type Frame = Omit<Status, "counts" | "virtuals" | "digest">;

/** What there is to say of the director as a whole. */
function frameOf(daemon: Reported, counters: Counters | undefined): Frame {
  const { model, director, state, startedAt, lastReload } = daemon;
  const silent = counters === undefined && state === "running" ? "the kernel does not say what its table has" : null;
  const vanished = counters === undefined
    ? []
    : [...director.desired?.keys() ?? []].filter((key) => !counters.has(key));
  const trouble = director.trouble ?? silent ??
    (vanished.length > 0 ? `not in the kernel: ${vanished.join(", ")}` : null);
  return {
    version: 1,
    time: new Date().toISOString(),
    daemon: {
      pid: Deno.pid,
      version: VERSION,
      config: model.file,
      state,
      startedAt: startedAt.toISOString(),
      lastReload,
      retired: retiredOf(daemon, counters),
      helper: helperStatus(),
    },
    table: { driver: daemon.driverName ?? null, inStep: director.inStep && vanished.length === 0, trouble },
    checks: checksOfAll(daemon),
    unresolved: model.unresolved.map(({ virtual, host, line }) => ({
      virtual: model.virtuals.get(virtual)?.label ?? virtual,
      host,
      line,
    })),
    lists: listsOf(daemon),
    byHand: byHandOf(daemon),
    draining: drainingOf(director, counters),
  };
}

/** Milliseconds since the epoch at which the director's clock stood at 0. */
function epochOfClock(): number {
  return Date.now() - performance.now();
}

function listsOf({ lists }: Reported): readonly ListStatus[] {
  return lists.reports.map(({ wanted: { list }, entries, lastAt, trouble }) => ({
    list: listName(list),
    entries,
    lastLookUp: lastAt === undefined ? null : new Date(epochOfClock() + lastAt).toISOString(),
    trouble: trouble ?? null,
  }));
}

function byHandOf({ membership: { amendments: { added, removed } }, model }: Reported): ByHandStatus {
  const labelOf = (key: VirtualKey) => model.virtuals.get(key)?.label ?? key;
  const timeOf = (since: number) => new Date(since).toISOString();
  return {
    added: added.map(({ virtual, line, since }) => ({ virtual: labelOf(virtual), line, since: timeOf(since) })),
    removed: removed.map(({ id, since }) => {
      const { virtual, real } = partsOf(id);
      return { virtual: labelOf(virtual), real, since: timeOf(since) };
    }),
  };
}

function retiredOf(
  { retirement: { since }, director }: Reported,
  counters: Counters | undefined,
): RetiredStatus | null {
  if (since === undefined) return null;
  const counted = [...director.model.virtuals.values()].flatMap(({ key, settings: { address } }) =>
    [...counters?.get(key)?.destinations.values() ?? []].map((each) => openConnections(address.kind, each))
  );
  const connections = counters ? counted.reduce((sum, each) => sum + each, 0) : null;
  return { since: new Date(since).toISOString(), connections };
}

function announceOf(virtual: VirtualService, { addresses }: Reported): AnnounceStatus | null {
  const own = addresses.statusOf(virtual);
  if (!own) return null;
  const { name, address, isAnnounced, why, trouble = null } = own;
  return { place: name, address, announced: isAnnounced, why, trouble };
}

function drainingOf({ departures }: Reported["director"], counters: Counters | undefined): readonly DrainingStatus[] {
  return [...departures].flatMap(([key, { service: { address }, destinations }]) =>
    [...destinations].map(([real, { until }]) => {
      const counted = counters?.get(key)?.destinations.get(real);
      return {
        key,
        virtual: serviceLabel(address),
        real,
        until: new Date(epochOfClock() + until).toISOString(),
        connections: counted ? openConnections(address.kind, counted) : null,
      };
    })
  );
}

/** What the kernel has, without what the director has seen to be missing since it was last counted. */
function withoutMissing(counters: Counters | undefined, missing: readonly VirtualService[]): Counters | undefined {
  if (!counters || missing.length === 0) return counters;
  const keys = new Set(missing.map(({ key }) => key));
  return new Map([...counters].filter(([key]) => !keys.has(key)));
}

function checksOfAll({ director, files }: Reported): ChecksStatus {
  const { count, longest } = director.waiting;
  return {
    running: director.roundsUnderWay,
    waiting: count,
    longestWaitSeconds: rounded(longest / 1000),
    openFiles: Number.isFinite(files.forChecks) ? files.forChecks : null,
  };
}

/** The helper process, where there is one or was. */
function helperStatus(): HelperStatus | null {
  const { pid = null, user = null, ends, lastEnd } = helper.state;
  if (pid === null && ends === 0) return null;
  const { at, why, real = null } = lastEnd ?? {};
  return {
    pid,
    user,
    ends,
    lastEnd: at === undefined || why === undefined ? null : { time: new Date(at).toISOString(), why, real },
  };
}

/** One virtual service, and how its real servers are. */
interface Summary {
  readonly virtual: VirtualService;
  /** Those that the status is of. */
  readonly reals: Iterable<RealServer>;
  readonly counts: Counts;
  /** Absent where it has no health. */
  readonly by?: ServedBy;
  readonly hasFallback: boolean;
}

/** The driver that reads the table in the kernel's order; ipvsadm sorts what it prints. */
const KEEPS_ORDER = "netlink";

/** Writes one status document, all of the moment at which this was made. */
class StatusWriter {
  readonly #daemon: Reported;
  readonly #model: Model;
  readonly #health: Health;
  readonly #desired: DesiredTable | undefined;
  readonly #transitions: ReadonlyMap<RealId, Transitions>;
  readonly #counters: Counters | undefined;
  readonly #scope: StatusScope;
  readonly #frame: Frame;
  readonly #digested: Digested;
  readonly #epoch = epochOfClock();

  constructor(daemon: Reported, counters: Counters | undefined, scope: StatusScope) {
    const { model, director, records } = daemon;
    this.#daemon = daemon;
    this.#model = model;
    this.#health = director.health;
    this.#desired = director.desired;
    this.#transitions = records.transitions;
    this.#counters = counters;
    this.#scope = scope;
    this.#frame = frameOf(daemon, counters);
    const { held } = director;
    this.#digested = { model, wanted: this.#desired?.keys(), held, isInOrder: daemon.driverName === KEEPS_ORDER };
  }

  /** The document as JSON, in steps. */
  *write(): Steps<Uint8Array<ArrayBuffer>[]> {
    const digests = yield* digestsInSteps(this.#digested);
    const counts = { reals: 0, serving: 0, unknown: 0 };
    const summaries: Summary[] = [];
    for (const [virtual, reals] of this.#selected()) {
      yield;
      const summary = yield* this.#summary(virtual, reals);
      summaries.push(summary);
      counts.reals += summary.counts.reals;
      counts.serving += summary.counts.serving;
      counts.unknown += summary.counts.unknown;
    }
    const virtuals = new LazyList(mapped(summaries, (summary) => this.#virtual(summary, digests)));
    const { unresolved, lists, byHand, draining, ...frame } = this.#frame;
    const status: Lazily<Status> = {
      ...frame,
      digest: digests.whole,
      counts,
      virtuals,
      unresolved,
      lists,
      byHand,
      draining,
    };
    return yield* jsonInSteps(status);
  }

  /** The virtual services that the status is of, each with those of its real servers. */
  #selected(): Iterable<readonly [VirtualService, Iterable<RealServer>]> {
    const { selected } = this.#scope;
    if (!selected) return mapped(this.#model.virtuals.values(), (virtual) => [virtual, virtual.reals.values()]);
    const reals = new Map<VirtualService, RealServer[]>();
    for (const { virtual, real } of selected) {
      const others = reals.get(virtual);
      if (others) others.push(real);
      else reals.set(virtual, [real]);
    }
    return reals;
  }

  *#summary(virtual: VirtualService, reals: Iterable<RealServer>): Steps<Summary> {
    const health = this.#health.get(virtual.key);
    const wanted = this.#desired?.get(virtual.key);
    const kernel = this.#counters?.get(virtual.key);
    const by = health && servedBy(virtual, health);
    const counts = yield* this.#count(virtual, health, by, wanted, kernel);
    const isThere = virtual.fallback && this.#isInKernel(virtual.fallback.key, wanted, kernel);
    return { virtual, reals, counts, by, hasFallback: isThere === true && by === "fallback" };
  }

  #virtual({ virtual, reals, counts, by, hasFallback }: Summary, digests: Digests): Lazily<VirtualStatus> {
    const health = this.#health.get(virtual.key);
    const wanted = this.#desired?.get(virtual.key);
    const kernel = this.#counters?.get(virtual.key);
    const { address, scheduler, schedulerFlags, persistence, netmask, onePacket } = canonicalSettings(virtual.settings);
    const all = mapped(reals, (real) => this.#real(virtual, real, health?.reals.get(real.key), by, wanted, kernel));
    return {
      key: virtual.key,
      virtual: virtual.label,
      protocol: address.kind,
      name: virtual.serviceName ?? null,
      state: virtualStateOf(counts, hasFallback, by === "all"),
      counts: { reals: counts.reals, serving: counts.serving, unknown: counts.unknown },
      scheduler,
      schedulerFlags,
      persistence: persistence ?? null,
      netmask: netmask ?? null,
      onePacket,
      quiescent: virtual.quiescent,
      digest: digests.virtuals.get(virtual.key)!,
      quorum: health ? quorumOf(virtual, health) : null,
      failOpen: health?.failOpen ?? false,
      fallback: virtual.fallback ? { real: virtual.fallback.key, active: hasFallback } : null,
      announce: announceOf(virtual, this.#daemon),
      kernel: kernel ? { totals: trafficOf(kernel.totals), rates: trafficOf(kernel.rates) } : null,
      drift: this.#counters ? driftOfService(virtual, wanted, kernel) : null,
      reals: new LazyList(all),
    };
  }

  *#count(
    virtual: VirtualService,
    health: VirtualHealth | undefined,
    by: ServedBy = "healthy",
    wanted: DesiredService | undefined,
    kernel: ServiceCounters | undefined,
  ): Steps<Counts> {
    let [serving, unknown, well, count] = [0, 0, 0, 0];
    for (const real of health ? virtual.reals.values() : []) {
      if (everySoOften(count++)) yield;
      const own = health?.reals.get(real.key);
      if (!own) continue;
      const [serves, state] = [this.#serves(real, own, by, wanted, kernel), stateOf(real, own)];
      if (serves) serving++;
      if (state === "unknown") unknown++;
      if (serves && state !== "unknown" && state !== "down") well++;
    }
    return { reals: virtual.reals.size, serving, unknown, well };
  }

  /** Whether clients are sent there: what serves is what the kernel has. */
  #serves(
    real: RealServer,
    health: RealHealth,
    by: ServedBy,
    wanted: DesiredService | undefined,
    kernel: ServiceCounters | undefined,
  ): boolean {
    return getsClients(real, health, by) && this.#isInKernel(real.key, wanted, kernel);
  }

  /** Whether the kernel has it at a weight above 0; true as well when it is not known, or not ours to keep. */
  #isInKernel(
    key: DestinationKey,
    wanted: DesiredService | undefined,
    kernel: ServiceCounters | undefined,
  ): boolean {
    if (!this.#counters || !wanted) return true;
    return (kernel?.destinations.get(key)?.weight ?? 0) > 0;
  }

  #real(
    virtual: VirtualService,
    real: RealServer,
    health: RealHealth | undefined,
    by: ServedBy = "healthy",
    service: DesiredService | undefined,
    kernelService: ServiceCounters | undefined,
  ): RealStatus {
    const { uptime, startedAt } = this.#daemon;
    const id = realId(virtual.key, real.key);
    const wanted = service?.destinations.get(real.key);
    const own = wanted?.role === "fallback" ? undefined : wanted;
    const kernel = kernelService?.destinations.get(real.key);
    const changes = this.#transitions.get(id);
    const since = changes?.at ?? (health ? this.#epoch + health.since : startedAt.getTime());
    return {
      real: real.key,
      names: givenNames(this.#model, real),
      forwarding: methodText(real.destination),
      origin: real.origin ?? null,
      state: stateOf(real, health),
      serving: health !== undefined && this.#serves(real, health, by, service, kernelService),
      why: health ? whyOf(real, health, by) : "checktype = off",
      since: new Date(since).toISOString(),
      transitions: changes?.count ?? 0,
      weight: {
        configured: real.destination.weight,
        wanted: own?.weight ?? null,
        kernel: kernel?.weight ?? null,
      },
      drift: this.#counters ? driftOfReal(wanted, kernel, service, kernelService !== undefined) : null,
      kernel: kernel
        ? {
          active: kernel.active,
          inactive: kernel.inactive,
          totals: trafficOf(kernel.totals),
          rates: trafficOf(kernel.rates),
        }
        : null,
      checks: checksOf(real.policy).map((check) => this.#check(check, withOwnCounts(virtual, real), health)),
      sentinel: this.#sentinel(real),
      orders: ordersOf(health?.orders),
      uptime: uptime.of(id),
    };
  }

  #sentinel({ policy }: RealServer): SentinelStatus | null {
    if (policy.kind !== "checked" || !policy.sentinel) return null;
    const sentinel = this.#daemon.director.sentinelOf(policy.check);
    if (!sentinel) return null;
    const { phase, since, reason, dueAt, opened, checks, limit } = sentinel;
    const time = (at: number) => new Date(this.#epoch + at).toISOString();
    return {
      state: phase,
      since: time(since),
      reason: phase === "open" ? null : reason,
      next: dueAt === undefined ? null : time(dueAt),
      opened,
      checks,
      limitSeconds: limit ? rounded(limit.lasted / 1000) : null,
    };
  }

  #check(check: Check, { failureCount }: RoundCounts, health: RealHealth | undefined): CheckStatus {
    const record = this.#daemon.records.checks.find(check.key);
    const view = health?.checks.get(check.key);
    const { last } = record;
    return {
      kind: check.method === "negotiate" ? check.target.service : check.method,
      address: check.target.address,
      port: check.target.port,
      up: view !== undefined && view.up && view.trouble === undefined,
      trouble: view?.trouble ?? null,
      said: view?.reason ?? "",
      failures: record.streak,
      failureCount,
      latencyMs: last ? rounded(last.ms) : null,
      lastRound: last ? new Date(last.at).toISOString() : null,
      rounds: record.rounds,
      failed: record.failed,
      ...this.#scope.detail ? { detail: record.detail } : {},
      ...this.#scope.conversation ? { conversation: this.#lastConversation(check) } : {},
    };
  }

  #lastConversation({ key }: Check): readonly ConversationLine[] {
    const lines = this.#daemon.director.lastRound(key)?.trace ?? [];
    return lines.map(({ atMs, text }) => ({ atMs: rounded(atMs), text }));
  }
}

/** Makes each item when it is asked for. */
function* mapped<From, To>(items: Iterable<From>, to: (item: From) => To): Iterable<To> {
  for (const item of items) yield to(item);
}

/** How many real servers of a virtual service there are, and how they are. */
interface Counts extends CountsStatus {
  /** They serve, and are neither unknown nor down. */
  readonly well: number;
}

function virtualStateOf({ reals, serving, well }: Counts, fallback: boolean, failOpen: boolean): VirtualState {
  if (serving === 0) return fallback ? "fallback" : "down";
  if (well === reals) return "up";
  if (well > 0) return "degraded";
  return failOpen ? "down" : "unknown";
}

function quorumOf(virtual: VirtualService, health: VirtualHealth): QuorumStatus {
  return { ...quorumFigures(virtual, health), state: health.service };
}

/** Why it does not serve, and what its checks say beside that. */
function whyOf(real: RealServer, health: RealHealth, by: ServedBy): string {
  const { hold, weight } = health.orders ?? {};
  const holdEnds = hold && health.maintenance === undefined ? endOf(hold) : "";
  const zero = isAvailable(health) ? zeroWeightReason(real, health) : undefined;
  const parts = [`${reasonFor(health)}${holdEnds}`];
  if (zero !== undefined) parts.unshift(`${zero}${weight ? endOf(weight) : ""}`);
  if (isHeld(health) && !(health.up && health.trouble === undefined)) {
    parts.push(`its check says: ${checksSay(health)}`);
  }
  if (by === "fallback" && isAvailable(health) && zero === undefined) {
    parts.push("at weight 0: the quorum is lost, and the fallback serves");
  }
  if (by === "all" && stateOf(real, health) === "down") parts.push("gets clients all the same: failopen");
  if (weight && zero === undefined) parts.push(`weight ${weight.value} by the operator${endOf(weight)}`);
  const noWeight = weightFileTrouble(real, health);
  if (noWeight !== undefined) parts.push(noWeight);
  if (!isHeld(health) && health.share < 1) {
    parts.push(`at ${Math.round(health.share * 100)}% of its weight (slowstart)`);
  }
  return parts.join("; ");
}

/** When an order ends by itself, in words that follow it. */
function endOf({ until }: { readonly until?: number }): string {
  return until === undefined ? "" : ` until ${formatShortly(new Date(until))}`;
}

function driftOfReal(
  wanted: DesiredDestination | undefined,
  kernel: DestinationCounters | undefined,
  service: DesiredService | undefined,
  hasService: boolean,
): string | null {
  if (!service) return null;
  if (!wanted) return kernel ? `in the kernel's table at weight ${kernel.weight}, and not wanted there` : null;
  if (!kernel) {
    // A quiescent real server that was removed by hand is not put back without `readdquiescent`.
    const mayBeMissing = hasService && wanted.role === "quiescent" && !service.readdQuiescent;
    return mayBeMissing ? null : "not in the kernel's table";
  }
  return kernel.weight === wanted.weight ? null : `weight ${kernel.weight} in the kernel`;
}

function driftOfService(
  virtual: VirtualService,
  wanted: DesiredService | undefined,
  kernel: ServiceCounters | undefined,
): string | null {
  if (!wanted) return null;
  if (!kernel) return "not in the kernel's table";
  const strangers = [...kernel.destinations.keys()].filter((key) =>
    !virtual.reals.has(key) && !wanted.destinations.has(key)
  );
  if (strangers.length > 0) return `in the kernel's table and not in the configuration: ${strangers.join(", ")}`;
  const { fallback } = virtual;
  const missing = fallback && wanted.destinations.get(fallback.key)?.role === "fallback" &&
    !kernel.destinations.has(fallback.key);
  return missing ? `the fallback ${fallback.key} is not in the kernel's table` : null;
}

function ordersOf(orders: RealOrders | undefined): OrdersStatus {
  const times = ({ since, until }: { readonly since: number; readonly until?: number }) => ({
    since: new Date(since).toISOString(),
    until: until === undefined ? null : new Date(until).toISOString(),
  });
  return {
    hold: orders?.hold ? { kind: orders.hold.value, ...times(orders.hold) } : null,
    weight: orders?.weight ? { weight: orders.weight.value, ...times(orders.weight) } : null,
  };
}

function trafficOf({ connections, packetsIn, packetsOut, bytesIn, bytesOut }: Traffic): TrafficStatus {
  return { connections, packetsIn, packetsOut, bytesIn, bytesOut };
}
