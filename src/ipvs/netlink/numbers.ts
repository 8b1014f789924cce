/**
 * Numbers of the kernel's interface to IPVS. Sources: Linux, include/uapi/linux/genetlink.h and ip_vs.h.
 */

/** Generic netlink, the protocol of a socket. */
export const NETLINK_GENERIC = 16;

/** The family that knows the others' numbers. */
export const Control = { FAMILY: 16, GET_FAMILY: 3, FAMILY_ID: 1, FAMILY_NAME: 2 } as const;

/** Commands of the family IPVS. 17, which flushes the table, is not among ours. */
export const Command = {
  NEW_SERVICE: 1,
  SET_SERVICE: 2,
  DEL_SERVICE: 3,
  GET_SERVICE: 4,
  NEW_DEST: 5,
  SET_DEST: 6,
  DEL_DEST: 7,
  GET_DEST: 8,
  NEW_DAEMON: 9,
  DEL_DAEMON: 10,
  GET_DAEMON: 11,
  SET_CONFIG: 12,
  GET_CONFIG: 13,
} as const;

/** What a command is about. */
export const Top = { SERVICE: 1, DEST: 2, DAEMON: 3, TIMEOUT_TCP: 4, TIMEOUT_TCP_FIN: 5, TIMEOUT_UDP: 6 } as const;

/** Attributes of a virtual service. */
export const Service = {
  FAMILY: 1,
  PROTOCOL: 2,
  ADDRESS: 3,
  PORT: 4,
  MARK: 5,
  SCHEDULER: 6,
  FLAGS: 7,
  TIMEOUT: 8,
  NETMASK: 9,
  STATS: 10,
  STATS64: 12,
} as const;

/** Bits of a virtual service's flags; the three of schedulers are `flag-1` to `flag-3`. */
export const ServiceFlag = { PERSISTENT: 0x1, ONE_PACKET: 0x4, SCHEDULER: [0x8, 0x10, 0x20] } as const;

/** Attributes of a destination. */
export const Dest = {
  ADDRESS: 1,
  PORT: 2,
  FORWARDING: 3,
  WEIGHT: 4,
  UPPER: 5,
  LOWER: 6,
  ACTIVE: 7,
  INACTIVE: 8,
  STATS: 10,
  FAMILY: 11,
  STATS64: 12,
  TUNNEL_TYPE: 13,
  TUNNEL_PORT: 14,
} as const;

/** What IP-in-IP packets have between their two headers. */
export const TunnelType = { ipip: 0, gue: 1, gre: 2 } as const;

/** How a destination's packets are handed on: the low bits of its forwarding attribute. */
export const ForwardingMethod = { MASK: 0x7, MASQ: 0, LOCAL: 1, TUNNEL: 2, ROUTE: 3 } as const;

/** Attributes of counters, of 32 bits in STATS and of 64 in STATS64. */
export const Stats = {
  CONNECTIONS: 1,
  PACKETS_IN: 2,
  PACKETS_OUT: 3,
  BYTES_IN: 4,
  BYTES_OUT: 5,
  CONNECTION_RATE: 6,
  PACKET_RATE_IN: 7,
  PACKET_RATE_OUT: 8,
  BYTE_RATE_IN: 9,
  BYTE_RATE_OUT: 10,
} as const;

/** Attributes of a synchronisation thread. */
export const SyncThread = { STATE: 1, INTERFACE: 2, ID: 3 } as const;

/** Values of a synchronisation thread's state. */
export const SyncState = { master: 1, backup: 2 } as const;

/** `IPPROTO_…` of the protocols that we manage. */
export const IpProtocol = { tcp: 6, udp: 17, sctp: 132 } as const;
