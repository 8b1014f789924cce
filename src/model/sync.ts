/** The kernel's connection synchronisation, by which a director sends its connections to another one. */

/** The two threads of the kernel: one tells, one listens. */
export const SYNC_ROLES = ["master", "backup"] as const;

/** One of {@link SYNC_ROLES}. */
export type SyncRole = typeof SYNC_ROLES[number];

/** A thread's settings. */
export interface SyncDaemon {
  readonly role: SyncRole;
  /** The network interface on which it speaks multicast. */
  readonly interface: string;
  /** 0 to 255. A backup of another id than 0 takes connections of that id only. */
  readonly id: number;
}
