/**
 * Numbers of the kernel's interface to addresses and interfaces. Sources: Linux, include/uapi/linux/rtnetlink.h, if_addr.h
 * and if_link.h.
 */

/** The part of the kernel that knows addresses: the protocol of a socket. */
export const NETLINK_ROUTE = 0;

/** Types of a message. */
export const RouteMessage = {
  GET_LINK: 18,
  NEW_ADDRESS: 20,
  DELETE_ADDRESS: 21,
  GET_ADDRESS: 22,
  NEW_ROUTE: 24,
  DELETE_ROUTE: 25,
} as const;

/** Flags of a message that adds something. */
export const Add = { EXCLUSIVELY: 0x200, CREATE: 0x400, BESIDE_OTHERS: 0x800 } as const;

/** `struct ifaddrmsg`: the header of a message about an address. */
export const ADDRESS_HEADER = 8;

/** Attributes of an address. */
export const AddressAttribute = { ADDRESS: 1, LOCAL: 2, PROTOCOL: 11 } as const;

/** IPv6: the address is used at once, without asking the network whether another has it. */
export const NO_DUPLICATE_CHECK = 0x02;

/** `struct ifinfomsg`: the header of a message about an interface. */
export const LINK_HEADER = 16;

/** Attributes of an interface. */
export const LinkAttribute = { NAME: 3 } as const;

/** `struct rtmsg`: the header of a message about a route. */
export const ROUTE_HEADER = 12;

/** Attributes of a route. */
export const RouteAttribute = { DESTINATION: 1, INTERFACE: 4, TABLE: 15 } as const;

/** The table of addresses that are the host's own, and what its routes are. */
export const Local = { TABLE: 255, SCOPE: 254, TYPE: 2 } as const;

/** The loopback interface's number. */
export const LOOPBACK = 1;

/** A bit of an interface's flags. */
export const LINK_IS_UP = 0x1;
