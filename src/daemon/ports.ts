import type { CounterReader } from "../ipvs/counters.ts";
import type { IpvsDriver } from "../ipvs/driver.ts";
import type { Model } from "../model/virtual_service.ts";
import type { OpenFiles } from "../system/open_files.ts";
import type { ConnectionSync } from "./kernel/connection_sync.ts";
import type { KernelTimeouts } from "./kernel/kernel_timeouts.ts";
import type { ServiceManager } from "./liveness/service_manager.ts";
import type { Log } from "./log/log.ts";

/** What a daemon needs. */
export interface DaemonPorts {
  readonly driver: IpvsDriver;
  readonly log: Log;
  /** Checks, and leaves the table to another director until told to take it over. */
  readonly standby?: boolean;
  /** Where to show that we are alive; absent = nowhere. */
  readonly pulseFile?: string;
  /** Absent: the kernel's sync daemons are left alone. */
  readonly sync?: ConnectionSync;
  /** Absent = the kernel's timeouts are left alone. */
  readonly timeouts?: KernelTimeouts;
  /** Our control socket, through which the status page asks; absent = there is none. */
  readonly socket?: string;
  /** What the kernel counts; absent = nothing is counted. */
  readonly counters?: CounterReader;
  /** How many files this process may have open, and for what; absent = no matter how many. */
  readonly files?: OpenFiles;
  /** Where what outlives the daemon is kept; absent = nowhere. */
  readonly keep?: KeptFiles;
  /** The service manager that started us and wants our state. */
  readonly manager?: ServiceManager;
  /** Called when a configuration comes into force; its log may be elsewhere. */
  onReload(model: Model): void;
}

/** The files that outlive the daemon. */
export interface KeptFiles {
  readonly orders: string;
  readonly amendments: string;
  readonly lists: string;
  readonly announced: string;
  readonly retirement: string;
  readonly history: string;
  readonly uptime: string;
}
