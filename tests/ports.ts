/** Ports for servers that choose none for themselves, and for checks that must be refused. */

const LOOPBACK_ADDRESSES = ["127.0.0.1", "::1"];
/** Below this, ports belong to services that a machine may run. */
const FIRST = 10_000;

/**
 * Returns a port at which nothing listens, on both loopback addresses.
 *
 * It is one that the kernel gives to no connection and to no listener at port 0 (`ip_local_port_range`), so that no other test takes
 * it before the server that it is for.
 */
export function freePort(): number {
  const end = firstEphemeralPort();
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (end - FIRST));
    if (LOOPBACK_ADDRESSES.every((hostname) => isFree(hostname, port))) return port;
  }
}

function firstEphemeralPort(): number {
  return Number(Deno.readTextFileSync("/proc/sys/net/ipv4/ip_local_port_range").split(/\s/)[0]);
}

function isFree(hostname: string, port: number): boolean {
  try {
    Deno.listen({ hostname, port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
