/**
 * The status document: what the request `status` answers and what `ldirectord status --json` prints. A contract, with
 * its manual in docs/control-socket.md: fields are added, and never taken away or given another meaning.
 *
 * Times are ISO 8601 in UTC. What is not known, or is not there, is null.
 */

import type { RealState, ServiceState } from "../model/real_state.ts";

/** All that is known of a director now. */
export interface Status {
  /** Of the document; another one would surprise its readers. */
  readonly version: 1;
  /** When this was said. */
  readonly time: string;
  readonly daemon: DaemonStatus;
  readonly table: TableStatus;
  /** Of all virtual services together. */
  readonly digest: DigestStatus;
  readonly checks: ChecksStatus;
  /** Of all virtual services that are listed. */
  readonly counts: CountsStatus;
  /** In the order of the configuration. */
  readonly virtuals: readonly VirtualStatus[];
  /** Real servers with names that do not resolve: they are down, and looked up again. */
  readonly unresolved: readonly UnresolvedStatus[];
  /** Lists of real servers in DNS and in files (`reals`). */
  readonly lists: readonly ListStatus[];
  /** What an operator has changed of the configuration by hand. */
  readonly byHand: ByHandStatus;
  /** Real servers that a reload has removed, and that stay at weight 0 for a while (`removaldrain`). */
  readonly draining: readonly DrainingStatus[];
}

/** What the daemon is doing. */
export type DaemonState = "starting" | "running" | "standby" | "stopping";

/** The daemon itself. */
export interface DaemonStatus {
  readonly pid: number;
  /** The program's version. */
  readonly version: string;
  /** Absolute path of the configuration file. */
  readonly config: string;
  readonly state: DaemonState;
  readonly startedAt: string;
  readonly lastReload: ReloadStatus | null;
  /** An operator has retired this director: nothing is announced, and the kernel forwards; null: none has. */
  readonly retired: RetiredStatus | null;
  /** The process that speaks to databases and directories; null where no check needs it. */
  readonly helper: HelperStatus | null;
}

/** A director that an operator has retired. */
export interface RetiredStatus {
  readonly since: string;
  /** Connections to its virtual services that are open; null: the kernel does not say. */
  readonly connections: number | null;
}

/** The helper process. */
export interface HelperStatus {
  readonly pid: number | null;
  /** The user that it runs as; null until it has begun. */
  readonly user: string | null;
  /** How often it was ended or has ended by itself, and was started again, since the daemon's start. */
  readonly ends: number;
  readonly lastEnd: HelperEndStatus | null;
}

/** Why the helper process was ended. */
export interface HelperEndStatus {
  readonly time: string;
  readonly why: string;
  /** The real server with the reply that is the reason, or is suspected: `192.0.2.1:5432`. */
  readonly real: string | null;
}

/** How the last reload went. */
export interface ReloadStatus {
  readonly time: string;
  readonly ok: boolean;
  /** Why it changed nothing. */
  readonly trouble: string | null;
}

/** The rounds of all checks. A round that lacks open files waits for its turn, later than its interval says. */
export interface ChecksStatus {
  readonly running: number;
  /** Rounds that are due and have not begun. */
  readonly waiting: number;
  /** Seconds for which the first of these has waited; 0 where none waits. */
  readonly longestWaitSeconds: number;
  /** Open files that checks and sentinels may have at the same time. */
  readonly openFiles: number | null;
}

/** The kernel's table as a whole. */
export interface TableStatus {
  /** How it is spoken to: `netlink` or `ipvsadm`. */
  readonly driver: string | null;
  /** The kernel has taken all that is wanted. */
  readonly inStep: boolean;
  /** What it has not taken, or why it cannot be reached. */
  readonly trouble: string | null;
}

/**
 * Short digests, 12 hexadecimal digits each. Two directors with the same ones have the same, wherever they run; the order of
 * lines and of real servers does not change them.
 */
export interface DigestStatus {
  /** Of the configuration in force: settings, real servers and where their checks go. */
  readonly configuration: string;
  /** Of the entries that the kernel's table has, with their weights; null: not known, or this is a standby. */
  readonly table: string | null;
}

/** The digests of one virtual service. */
export interface VirtualDigestStatus extends DigestStatus {
  /** Of the order in which the kernel has its real servers: `mh` and `sh` choose by it; null for others, and where it is not known. */
  readonly order: string | null;
}

/** Real servers by how they are, each counted in each of its virtual services. */
export interface CountsStatus {
  readonly reals: number;
  /** Clients may be sent to them: also to an unknown one, where it was up before. */
  readonly serving: number;
  /** Their state is `unknown`. */
  readonly unknown: number;
}

/**
 * What clients meet: all real servers serve and are known to be well, some, only such as cannot be checked, the fallback
 * alone, or no server that is well.
 */
export type VirtualState = "up" | "degraded" | "unknown" | "fallback" | "down";

/** One virtual service. */
export interface VirtualStatus {
  /** Its identity: `tcp:192.0.2.10:80`, `fwm:7`. */
  readonly key: string;
  /** As logs name it: `192.0.2.10:80`, `7`. */
  readonly virtual: string;
  readonly protocol: "tcp" | "udp" | "sctp" | "fwm";
  /** The directive `servicename`. */
  readonly name: string | null;
  readonly state: VirtualState;
  /** Of all its real servers, whichever are listed. */
  readonly counts: CountsStatus;
  readonly scheduler: string;
  /** The flags of the scheduler, by number: `flag-1` is the fallback flag of `mh` and `sh`, `flag-2` has them look at the port. */
  readonly schedulerFlags: readonly string[];
  /** Seconds. */
  readonly persistence: number | null;
  /** Granularity of the persistence; null = each address for itself. */
  readonly netmask: string | null;
  /** One-packet scheduling. */
  readonly onePacket: boolean;
  /** A real server that is down stays in the table at weight 0. */
  readonly quiescent: boolean;
  readonly digest: VirtualDigestStatus;
  /** null: no real server of it is ever checked, nor in. */
  readonly quorum: QuorumStatus | null;
  /** So few real servers are up that all of them get clients: the directive `failopen`. */
  readonly failOpen: boolean;
  readonly fallback: FallbackStatus | null;
  /** null: its address is announced nowhere. */
  readonly announce: AnnounceStatus | null;
  readonly kernel: ServiceInKernel | null;
  /** How the kernel's table differs from what is wanted here, beside its real servers. */
  readonly drift: string | null;
  readonly reals: readonly RealStatus[];
}

/** The address of a virtual service, where routers hear of it. */
export interface AnnounceStatus {
  /** `interface:dummy0`, `birdfile:/run/ldirectord/bird.conf`. */
  readonly place: string;
  readonly address: string;
  /** Whether it stands there now. */
  readonly announced: boolean;
  /** Why it is to be there or not, in one line. */
  readonly why: string;
  /** What keeps the place from being as it should; null: nothing does. */
  readonly trouble: string | null;
}

/** How much weight serves, and how much has to. */
export interface QuorumStatus {
  /** The weight of the real servers that are well and not held out. */
  readonly serving: number;
  /** The weight that has to serve for the virtual service to be up: while it is down, with the hysteresis. */
  readonly needed: number;
  /** Whether it is up. `unknown` until the first rounds have said so. */
  readonly state: ServiceState;
}

/** A list of real servers that stands elsewhere. */
export interface ListStatus {
  /** `dns:web.example.net`, `srv:…`, `file:…`. */
  readonly list: string;
  /** What it has, as it is in force. */
  readonly entries: readonly string[];
  /** When it was last looked up with an answer; null: not since the start. */
  readonly lastLookUp: string | null;
  /** Why the last look-up failed; null: it did not. */
  readonly trouble: string | null;
}

/** Real servers that an operator has added to the configuration in force, or removed from it. */
export interface ByHandStatus {
  readonly added: readonly { readonly virtual: string; readonly line: string; readonly since: string }[];
  readonly removed: readonly { readonly virtual: string; readonly real: string; readonly since: string }[];
}

/** A real server that is no longer in the configuration, and still in the kernel's table. */
export interface DrainingStatus {
  /** Its virtual service's identity: `tcp:192.0.2.10:80`. */
  readonly key: string;
  /** As logs name it. */
  readonly virtual: string;
  readonly real: string;
  /** When it goes at the latest. */
  readonly until: string;
  /** Connections that are open; null: the kernel does not say. */
  readonly connections: number | null;
}

/** Where clients go when no real server is up. */
export interface FallbackStatus {
  readonly real: string;
  readonly active: boolean;
}

/** One real server of a virtual service. */
export interface RealStatus {
  /** `10.0.0.11:80`. */
  readonly real: string;
  /** Its names in the configuration: its label, then those of its host. */
  readonly names: readonly string[];
  /** `gate`, `masq` or `ipip`, or `ipip:gue:6080`, `ipip:gre`. */
  readonly forwarding: string;
  /** Where it comes from, if it is not a line of the configuration: `operator`. */
  readonly origin: string | null;
  readonly state: RealState;
  /** Whether clients may be sent to it. */
  readonly serving: boolean;
  /** One line. */
  readonly why: string;
  /** Since when it is in its state. */
  readonly since: string;
  /** How often that changed since the daemon's start. */
  readonly transitions: number;
  readonly weight: WeightStatus;
  /** How the kernel's entry differs from what is wanted. */
  readonly drift: string | null;
  readonly kernel: RealInKernel | null;
  /** Its checks, the main one first. */
  readonly checks: readonly CheckStatus[];
  /** The idle connection that has its check made when it ends; null where there is none. */
  readonly sentinel: SentinelStatus | null;
  readonly orders: OrdersStatus;
  readonly uptime: UptimeStatus;
}

/** A real server's weight: as configured, as wanted, as the kernel has it. */
export interface WeightStatus {
  readonly configured: number;
  /** null: it should not be in the table. */
  readonly wanted: number | null;
  /** null: it is not there. */
  readonly kernel: number | null;
}

/** What an operator has ordered, and when that ends by itself. */
export interface OrdersStatus {
  readonly hold: { readonly kind: "drain" | "disable"; readonly since: string; readonly until: string | null } | null;
  readonly weight: { readonly weight: number; readonly since: string; readonly until: string | null } | null;
}

/** How long its checks have passed, of the time that it was watched. Survives restarts. */
export interface UptimeStatus {
  readonly upSeconds: number;
  readonly watchedSeconds: number;
}

/** A sentinel: one connection for each address and port that is checked. */
export interface SentinelStatus {
  readonly state: "open" | "opening" | "waiting";
  /** Since when it is in its state. */
  readonly since: string;
  /** Why it is not open; null while it is. */
  readonly reason: string | null;
  /** When it is opened, tried again or renewed by itself; null where it waits for a check to pass, or needs no renewal. */
  readonly next: string | null;
  /** How often the connection was opened. */
  readonly opened: number;
  /** How many checks it has had made because it had ended. */
  readonly checks: number;
  /** Seconds after which the server closes an idle connection, as far as it has done so; null while it has not. */
  readonly limitSeconds: number | null;
}

/** One check of a real server. */
export interface CheckStatus {
  /** `http`, `connect`, `ping`, `external`, … */
  readonly kind: string;
  readonly address: string;
  readonly port: number;
  /** Whether it passes; false as well when it cannot be made. */
  readonly up: boolean;
  /** Why its last round could not be made: a trouble of this host or the configuration, which says nothing of the server. */
  readonly trouble: string | null;
  /** What its last deciding round said. */
  readonly said: string;
  /** Failed rounds in a row; `failureCount` of them take it down. */
  readonly failures: number;
  readonly failureCount: number;
  /** Milliseconds that the last round took. */
  readonly latencyMs: number | null;
  readonly lastRound: string | null;
  /** Rounds since the daemon's start. */
  readonly rounds: number;
  /** How many of them failed, by why. */
  readonly failed: Readonly<Record<string, number>>;
  /** Only where the request asked for detail. */
  readonly detail?: CheckDetail;
  /** The last round's conversation, without secrets: its first 64 lines. Only where the request asked for it. */
  readonly conversation?: readonly ConversationLine[];
}

/** A line of a conversation: `* connecting to …` (what was done), `> …` (sent), `< …` (received). */
export interface ConversationLine {
  /** Milliseconds since the round's start. */
  readonly atMs: number;
  readonly text: string;
}

/** What a graph is drawn from. */
export interface CheckDetail {
  /** Milliseconds of the newest rounds, the newest last; null for one that failed. */
  readonly recent: readonly (number | null)[];
  /** Seconds that all rounds took together. */
  readonly seconds: number;
  /** Rounds that took no longer than so many seconds. */
  readonly buckets: readonly (readonly [seconds: number, rounds: number])[];
}

/** What the kernel has counted, or counts a second. */
export interface TrafficStatus {
  readonly connections: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** A virtual service in the kernel's table. */
export interface ServiceInKernel {
  readonly totals: TrafficStatus;
  /** A second, a mean of the last few. */
  readonly rates: TrafficStatus;
}

/** A real server in the kernel's table. */
export interface RealInKernel extends ServiceInKernel {
  /** Open connections. */
  readonly active: number;
  /** Connections that are closing, and all those of udp. */
  readonly inactive: number;
}

/** A real server with a name that does not resolve. */
export interface UnresolvedStatus {
  readonly virtual: string;
  readonly host: string;
  /** 1-based line of the configuration file. */
  readonly line: number;
}
