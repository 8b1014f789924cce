import type { DaemonState, ReloadStatus } from "../../control/status.ts";
import type { Director } from "../../director/director.ts";
import type { ListReport } from "../../model/real_list.ts";
import type { Model } from "../../model/virtual_service.ts";
import type { OpenFiles } from "../../system/open_files.ts";
import type { Announcer } from "../announce/announcer.ts";
import type { CounterCache } from "../records/counter_cache.ts";
import type { HistoryFile } from "../records/history_file.ts";
import type { Membership } from "../operator/membership.ts";
import type { Retirement } from "../operator/retirement.ts";
import type { Operator } from "../operator/operator.ts";
import type { Records } from "../records/records.ts";
import type { Uptime } from "../records/uptime.ts";

/** The parts of a daemon that a status document is written from. */
export interface Reported {
  readonly state: DaemonState;
  readonly startedAt: Date;
  /** The last reload's result; null before the first. */
  readonly lastReload: ReloadStatus | null;
  /** The way to the kernel's table. */
  readonly driverName: string | undefined;
  /** The configuration in force. */
  readonly model: Model;
  readonly director: Director;
  readonly records: Records;
  readonly uptime: Uptime;
  readonly counters: CounterCache;
  readonly files: OpenFiles;
  readonly membership: Membership;
  readonly addresses: Announcer;
  readonly retirement: Retirement;
  readonly lists: { readonly reports: readonly ListReport[] };
}

/** The parts of a daemon that the requests of the control socket need. */
export interface Controlled extends Reported {
  readonly history: HistoryFile;
  readonly operator: Operator;
  /** @throws {IpvsUnavailable} when there is no table to keep. */
  activate(): Promise<void>;
  /** @throws {IpvsUnavailable} when what was to be purged is still in the table. */
  deactivate(): Promise<void>;
  /** Announces nothing any more, and goes on forwarding. */
  retire(): Promise<void>;
  /** Announces again what is to be. */
  rejoin(): Promise<void>;
}
