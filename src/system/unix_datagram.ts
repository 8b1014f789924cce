import { close, sendTo, SOCK_DGRAM, socket } from "./libc.ts";

const AF_UNIX = 1;

/** `sockaddr_un`: two bytes of family, then the path; it holds 107 bytes and a zero. */
const MAX_PATH = 107;

/**
 * Sends one datagram to a unix socket and waits for nothing. Gives false when nobody listens there
 * or its queue is full.
 */
export function sendUnixDatagram(path: string, text: string): boolean {
  const encodedPath = new TextEncoder().encode(path);
  if (encodedPath.length > MAX_PATH) return false;
  const address = new Uint8Array(2 + encodedPath.length + 1);
  address[0] = AF_UNIX;
  // The abstract namespace, which a leading @ means, has a zero in the @'s place and none at the end (unix(7)).
  const abstract = path.startsWith("@");
  address.set(encodedPath, 2);
  if (abstract) address[2] = 0;

  const fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  if (fd < 0) return false;
  try {
    return sendTo(fd, new TextEncoder().encode(text), abstract ? address.subarray(0, -1) : address) >= 0;
  } finally {
    close(fd);
  }
}
