import type { IpvsTimeouts } from "../../model/ipvs.ts";

/** `ipvsadm -L --timeout`: `Timeout (tcp tcpfin udp): 900 120 300`; `undefined` where it says something else. */
export function decodeTimeouts(listing: string): IpvsTimeouts | undefined {
  const found = /^Timeout \(tcp tcpfin udp\): (\d+) (\d+) (\d+)$/m.exec(listing);
  if (!found) return undefined;
  const [tcp, tcpFin, udp] = found.slice(1).map(Number);
  return { tcp, tcpFin, udp };
}
