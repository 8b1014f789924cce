import type { SyncDaemon, SyncRole } from "../../model/sync.ts";

/** `ipvsadm -L --daemon`: a line for each thread, `master sync daemon (mcast=eth0, syncid=1, …)`. */
export function decodeSyncDaemons(listing: string): readonly SyncDaemon[] {
  const lines = listing.matchAll(/^(master|backup) sync daemon \(mcast=([^,)]+), syncid=(\d+)/gm);
  return [...lines].map(([, role, mcast, id]) => ({ role: role as SyncRole, interface: mcast, id: Number(id) }));
}

/** The arguments that start such a thread. */
export function startArguments({ role, interface: mcast, id }: SyncDaemon): readonly string[] {
  return ["--start-daemon", role, "--mcast-interface", mcast, "--syncid", String(id)];
}
