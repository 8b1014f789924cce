/**
 * Sockets of SCTP, which many kernels have as a module.
 */

import { readKernelFile } from "../../system/kernel_file.ts";
import { Errno } from "../../system/libc/errors.ts";
import * as sockets from "../../system/libc/sockets.ts";

/** The kernel has neither had it nor found its module, when it was last asked. */
let isMissing = false;

/**
 * Makes a socket that speaks SCTP as others speak TCP (RFC 6458, 4). The first one has the kernel load the module, and waits
 * for that; when there is none, further ones fail at once until it is loaded.
 *
 * @returns a descriptor, or the negative number of an error.
 */
export function sctpSocket(family: number): number {
  if (isMissing && !isLoaded()) return -Errno.EPROTONOSUPPORT;
  const fd = sockets.socket(family, sockets.SOCK_STREAM, sockets.IPPROTO_SCTP);
  isMissing = fd === -Errno.EPROTONOSUPPORT;
  return fd;
}

function isLoaded(): boolean {
  return /^SCTP/m.test(readKernelFile("/proc/net/protocols") ?? "");
}
