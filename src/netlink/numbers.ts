/**
 * Numbers that all of netlink shares. Source: Linux, include/uapi/linux/netlink.h.
 */

/** `AF_NETLINK` of socket(2). */
export const AF_NETLINK = 16;
/** Where a netlink socket's own options are set. */
export const SOL_NETLINK = 270;
/** Options of a netlink socket: an answer to a request leaves out the request, and may say why in words. */
export const SocketOption = { CAP_ACK: 10, EXT_ACK: 11 } as const;

/** Types of a message that are no family's. */
export const MessageType = { ERROR: 2, DONE: 3 } as const;

/** Flags of a message. */
export const Flag = {
  REQUEST: 0x1,
  /** Say what became of it. */
  ACK: 0x4,
  /** The table moved while it was listed. */
  DUMP_INTR: 0x10,
  /** An error's message does not have the request in it. */
  CAPPED: 0x100,
  /** Attributes with words follow an error. */
  ACK_TLVS: 0x200,
  /** Give all there is. */
  DUMP: 0x300,
} as const;

/** The words that come with an error, as an attribute of its message. */
export const ERROR_TEXT = 1;
