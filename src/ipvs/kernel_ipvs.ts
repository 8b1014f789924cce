import type { IpvsDriverName, IpvsTimeouts } from "../model/ipvs.ts";
import type { SyncDaemon } from "../model/sync.ts";
import type { CounterReader } from "./counters.ts";
import type { IpvsDriver } from "./driver.ts";

/** What stands between us and the kernel's sync threads. */
export interface SyncDriver {
  /**
   * The threads that run, also those that others have started.
   *
   * @throws {IpvsUnavailable}
   */
  syncDaemons(): Promise<readonly SyncDaemon[]>;
  /** @throws {IpvsUnavailable} with the kernel's reason, when it does not start. */
  startSyncDaemon(daemon: SyncDaemon): Promise<void>;
  /** @throws {IpvsUnavailable} */
  stopSyncDaemon(daemon: SyncDaemon): Promise<void>;
}

/** What stands between us and the kernel's timeouts of connections, which are those of all virtual services. */
export interface TimeoutDriver {
  /** @throws {IpvsUnavailable} */
  timeouts(): Promise<IpvsTimeouts>;
  /** 0 leaves one as it is. @throws {IpvsUnavailable} */
  setTimeouts(timeouts: IpvsTimeouts): Promise<void>;
}

/** All requests that the kernel's IPVS takes. */
export interface KernelIpvs extends IpvsDriver, CounterReader, SyncDriver, TimeoutDriver {
  /** The way to it. */
  readonly name: IpvsDriverName;
}
