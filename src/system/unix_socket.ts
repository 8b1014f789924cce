import { close } from "./libc/files.ts";
import { connect, send, sendTo, SOCK_DGRAM, SOCK_STREAM, socket } from "./libc/sockets.ts";

const AF_UNIX = 1;

/** `sockaddr_un`: two bytes of family, then the path; it holds 107 bytes and a zero. */
const MAX_PATH = 107;

/**
 * Sends one datagram to a unix socket and waits for nothing. Returns false when nothing takes datagrams there
 * or its queue is full.
 */
export function sendUnixDatagram(path: string, content: string | Uint8Array<ArrayBuffer>): boolean {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return withSocket(path, SOCK_DGRAM, (fd, address) => sendTo(fd, bytes, address) >= 0);
}

/**
 * Sends a text over a connection of its own to a unix socket, and waits for nothing. Returns false when nothing takes
 * connections there, or could take no more of them, or not all of the text.
 */
export function sendUnixStream(path: string, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  return withSocket(path, SOCK_STREAM, (fd, address) => connect(fd, address) >= 0 && send(fd, bytes) === bytes.length);
}

function withSocket(
  path: string,
  type: number,
  use: (fd: number, address: Uint8Array<ArrayBuffer>) => boolean,
): boolean {
  const encodedPath = new TextEncoder().encode(path);
  if (encodedPath.length > MAX_PATH) return false;
  const address = new Uint8Array(2 + encodedPath.length + 1);
  address[0] = AF_UNIX;
  // The abstract namespace, which a leading @ means, has a zero in the @'s place and none at the end (unix(7)).
  const abstract = path.startsWith("@");
  address.set(encodedPath, 2);
  if (abstract) address[2] = 0;

  const fd = socket(AF_UNIX, type, 0);
  if (fd < 0) return false;
  try {
    return use(fd, abstract ? address.subarray(0, -1) : address);
  } finally {
    close(fd);
  }
}
