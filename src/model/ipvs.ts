/** The way to the kernel's table, and its settings beside its entries. */

/** The ways to the kernel's table: by netlink, or through the program ipvsadm. */
export const IPVS_DRIVERS = ["netlink", "ipvsadm"] as const;

/** One of {@link IPVS_DRIVERS}. */
export type IpvsDriverName = typeof IPVS_DRIVERS[number];

/** Seconds for which the kernel keeps a connection that is idle. */
export interface IpvsTimeouts {
  readonly tcp: number;
  /** Of a TCP connection after a FIN. */
  readonly tcpFin: number;
  readonly udp: number;
}
