/**
 * The configuration as the director sees it: virtual services, their real servers, what to do when all are gone.
 */

import type { IpAddress } from "./address.ts";
import { type AnnouncePlace, type AnnounceWhen, type PlaceName, placeName } from "./announcement.ts";
import type { Check } from "./check.ts";
import type { LogFormat, Severity } from "./log.ts";
import type { Secret } from "./secret.ts";
import type { IncludedFile } from "./source_lines.ts";
import type { IpvsDriverName, IpvsTimeouts } from "./ipvs.ts";
import type { WantedList } from "./real_list.ts";
import type { SyncDaemon } from "./sync.ts";
import type { WebAddress } from "./web_address.ts";
import type { Destination, DestinationKey, ServiceSettings, VirtualKey } from "./table.ts";

/** How a real server's state is found: by a check, or said by the configuration. */
export type CheckPolicy =
  /** It is up when `check` and all of `also` say so. */
  | {
    readonly kind: "checked";
    readonly check: Check;
    readonly also: readonly Check[];
    /** An idle connection to where `check` goes has it made at once when it ends. */
    readonly sentinel?: true;
  }
  /** `checktype = on` or `service = none`: always up. */
  | { readonly kind: "on" }
  /** `checktype = off`: never activated. */
  | { readonly kind: "off" };

/** All checks of a policy, the main one first. */
export function checksOf(policy: CheckPolicy): readonly Check[] {
  return policy.kind === "checked" ? [policy.check, ...policy.also] : [];
}

/** A real server of one virtual service. */
export interface RealServer {
  /** Identity within the virtual service: that of its destination. */
  readonly key: DestinationKey;
  /** The destination at full weight, with the port that the kernel will use. */
  readonly destination: Destination;
  /** The port that the configuration gave; differs from the destination's where the kernel maps no ports. */
  readonly configuredPort: number;
  /** Where it comes from, if it is not a line of the file: `operator`, `dns:web.example.net`. */
  readonly origin?: string;
  /** What the configuration calls it, beside the names of its host. */
  readonly label?: string;
  readonly policy: CheckPolicy;
  /** Rounds in a row that take it down, and that bring it back; absent = those of its virtual service. */
  readonly failureCount?: number;
  readonly riseCount?: number;
  /** 1-based line of the configuration file. */
  readonly line: number;
}

/** How many rounds in a row it takes. */
export interface RoundCounts {
  readonly failureCount: number;
  readonly riseCount: number;
}

/** Returns a virtual service as it is for a real server that may have counts of its own. */
export function withOwnCounts<T extends RoundCounts>(virtual: T, { failureCount, riseCount }: Partial<RoundCounts>): T {
  if (failureCount === undefined && riseCount === undefined) return virtual;
  return {
    ...virtual,
    failureCount: failureCount ?? virtual.failureCount,
    riseCount: riseCount ?? virtual.riseCount,
  };
}

/** Returns the names that the configuration gives to a real server: its label, then those of its host. */
export function givenNames(
  { hostNames }: Pick<Model, "hostNames">,
  { label, destination }: RealServer,
): readonly string[] {
  return [...label === undefined ? [] : [label], ...hostNames.get(destination.address) ?? []];
}

/** Where clients go while no real server serves. Weight 1. */
export interface Fallback {
  readonly key: DestinationKey;
  readonly destination: Destination;
}

/** The recipients of mails about transitions, and when they get them. */
export interface AlertSettings {
  readonly to: readonly string[];
  readonly from?: string;
  /** Seconds between repeats while a real server is down; 0 = none. */
  readonly repeatEvery: number;
  readonly on: ReadonlySet<AlertState>;
  /** Planned changes are mailed as well: drained, disabled, in maintenance, and back. */
  readonly planned: boolean;
  /** Absent = the local sendmail. */
  readonly smtp?: MailServer;
}

/** A mail server that takes alerts. */
export interface MailServer {
  /** `host` or `host:port`. */
  readonly host: string;
  /**
   * `auto`: encrypted if it offers that, with any certificate. `yes`: encrypted, with a certificate that the system
   * trusts, or not at all. `no`: never encrypted.
   */
  readonly tls: "auto" | "yes" | "no";
  readonly login?: { readonly user: string; readonly passwd: Secret };
}

/** The program or webhook that is called at every transition. */
export type NotifyTarget =
  /** A program and its own arguments. */
  | { readonly kind: "program"; readonly argv: readonly string[] }
  /** The URL is as good as a password: that of a chat room lets everybody write there. */
  | { readonly kind: "webhook"; readonly url: Secret };

/** The states of the daemon in which alerts are sent. */
export type AlertState = "starting" | "running" | "stopping" | "reloading";

/** One `virtual` section, everything inherited and resolved. */
export interface VirtualService {
  readonly key: VirtualKey;
  /** As logs name it: `192.0.2.1:80` or the mark. */
  readonly label: string;
  readonly settings: ServiceSettings;
  readonly reals: ReadonlyMap<DestinationKey, RealServer>;
  readonly fallback?: Fallback;
  /** The weight that has to serve for the virtual service to be up. */
  readonly quorum: number;
  /** The weight above the quorum that has to serve for one that is down to come up again. */
  readonly hysteresis: number;
  /** A program and its own arguments, called with `up` or `down` and the virtual service when the quorum is reached or lost. */
  readonly quorumCommand?: readonly string[];
  /** Where its address is announced while it has its quorum; absent = nowhere. */
  readonly announce?: AnnouncePlace;
  /** Whether other virtual services of that address have to have theirs, too. */
  readonly announceWhen: AnnounceWhen;
  /** Seconds between the withdrawal of its address or the last call of `quorumCommand`, and the purge of the virtual service. */
  readonly withdrawDelay: number;
  /** The percentage of real servers below which all of them are kept that are not held out; 0 = never. */
  readonly failOpen: number;
  /** A program and its own arguments, called with `start` when the last real server goes and `stop` when the first returns. */
  readonly fallbackCommand?: readonly string[];
  /** Down means weight 0 instead of removal. */
  readonly quiescent: boolean;
  /** A quiescent real server that was removed by hand is put back at weight 0. */
  readonly readdQuiescent: boolean;
  /** The virtual service is purged when the director stops. */
  readonly cleanStop: boolean;
  /** Failed rounds in a row until a real server is down. */
  readonly failureCount: number;
  /** Passed rounds in a row until a real server that was down is up. */
  readonly riseCount: number;
  /** Seconds over which the weight of a real server that has come back climbs; 0 = at once. */
  readonly slowStart: number;
  /** Seconds for which a real server that a reload removes stays at weight 0 while it has connections; 0 = it goes at once. */
  readonly removalDrain: number;
  /** Seconds for which the last word of an agent holds that gives no answer. */
  readonly agentHold: number;
  readonly monitorFile?: string;
  readonly serviceName?: string;
  readonly comment?: string;
  readonly alerts: AlertSettings;
  readonly notify?: NotifyTarget;
  /** 1-based line of the configuration file. */
  readonly line: number;
}

/** A real server with a name that did not resolve: down, and looked up again each interval. */
export interface UnresolvedReal {
  readonly virtual: VirtualKey;
  readonly host: string;
  readonly line: number;
}

/** A whole configuration file, checked and resolved. */
export interface Model {
  /** Absolute path of the file. */
  readonly file: string;
  /** The files that it includes. Lines are numbered as `source_lines.ts` says. */
  readonly included: readonly IncludedFile[];
  readonly virtuals: ReadonlyMap<VirtualKey, VirtualService>;
  readonly unresolved: readonly UnresolvedReal[];
  /** Lists of real servers that stand elsewhere. */
  readonly lists: readonly WantedList[];
  readonly autoReload: boolean;
  readonly callback?: string;
  /** Names of further configurations to run, in the file's order. */
  readonly execute: readonly string[];
  /** A path, `journal`, or a syslog facility. */
  readonly logFile: string;
  readonly logFormat: LogFormat;
  /** Lines that matter less are not logged. */
  readonly logLevel: Severity;
  /** Where the status page is served. */
  readonly statusPage?: WebAddress;
  readonly supervised: boolean;
  /** The account that the daemon runs as; absent = as it was started. */
  readonly user?: string;
  readonly maintenanceDir?: string;
  /** The way to the kernel's table; absent = the best that there is. */
  readonly ipvsDriver?: IpvsDriverName;
  /** The kernel's timeouts of connections; 0 and absent = left as they are. */
  readonly ipvsTimeouts?: IpvsTimeouts;
  /** The kernel's sync threads that are to run. */
  readonly syncDaemons: readonly SyncDaemon[];
  /** Seconds: the global check interval. */
  readonly checkInterval: number;
  /** Names that maintenance files may use, by address, as far as the file gives them. */
  readonly hostNames: ReadonlyMap<IpAddress, readonly string[]>;
}

/** Returns how many real servers there are, each counted in each of its virtual services. */
export function realServersIn(model: Model): number {
  let size = 0;
  for (const { reals } of model.virtuals.values()) size += reals.size;
  return size;
}

/** Where the address of a virtual service is announced; `undefined` where it is announced nowhere: a firewall mark has none. */
export function announcementOf(
  { announce: place, settings: { address } }: VirtualService,
): { readonly place: AnnouncePlace; readonly name: PlaceName; readonly address: IpAddress } | undefined {
  if (!place || address.kind === "fwm") return undefined;
  return { place, name: placeName(place), address: address.address };
}
