import type { SyncDaemon, SyncRole } from "../model/sync.ts";

/** What stands between us and the kernel's sync threads. */
export interface SyncDriver {
  /**
   * The threads that run, whoever started them.
   *
   * @throws {IpvsUnavailable}
   */
  syncDaemons(): Promise<readonly SyncDaemon[]>;
  /** @throws {IpvsUnavailable} with the kernel's reason, when it does not start. */
  startSyncDaemon(daemon: SyncDaemon): Promise<void>;
  /** @throws {IpvsUnavailable} */
  stopSyncDaemon(daemon: SyncDaemon): Promise<void>;
}

/** `ipvsadm -L --daemon`: a line for each thread, `master sync daemon (mcast=eth0, syncid=1, …)`. */
export function decodeSyncDaemons(listing: string): readonly SyncDaemon[] {
  const lines = listing.matchAll(/^(master|backup) sync daemon \(mcast=([^,)]+), syncid=(\d+)/gm);
  return [...lines].map(([, role, mcast, id]) => ({ role: role as SyncRole, interface: mcast, id: Number(id) }));
}

/** The arguments that start such a thread. */
export function startArguments({ role, interface: mcast, id }: SyncDaemon): readonly string[] {
  return ["--start-daemon", role, "--mcast-interface", mcast, "--syncid", String(id)];
}
