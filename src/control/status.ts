/** The status document: what `status` answers and `ldirectord status --json` prints. A contract: fields are only added. */

/** All that is known of a director now. Times are ISO 8601 in UTC. */
export interface Status {
  /** When this was said. */
  readonly time: string;
  readonly daemon: DaemonStatus;
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
}
