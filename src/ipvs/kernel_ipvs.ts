import type { IpvsDriverName } from "../model/ipvs.ts";
import type { CounterReader } from "./counters.ts";
import type { IpvsDriver } from "./driver.ts";
import type { SyncDriver } from "./sync_daemons.ts";
import type { TimeoutDriver } from "./timeouts.ts";

/** All that the kernel's IPVS can be told and asked. */
export interface KernelIpvs extends IpvsDriver, CounterReader, SyncDriver, TimeoutDriver {
  /** The way to it. */
  readonly name: IpvsDriverName;
}
