import { formatEndpoint, type IpAddress, MOST_PORT, parseIp } from "./address.ts";

/** Where a web server of ours listens. */
export interface WebAddress {
  readonly address: IpAddress;
  readonly port: number;
}

const LOOPBACK = "127.0.0.1" as IpAddress;

/** Reads `192.0.2.1:9780`, `[2001:db8::1]:9780`, or a port alone, which means loopback. Gives the reason as a string when it is neither. */
export function parseWebAddress(text: string): WebAddress | string {
  const match = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > MOST_PORT) return `not an address and port: ${text}`;
  const host = match[1] ?? match[2];
  if (host === undefined || host === "localhost") return { address: LOOPBACK, port };
  const address = parseIp(host);
  return address ? { address, port } : `not an IP address: ${host}`;
}

/** The inverse of {@link parseWebAddress}. */
export function formatWebAddress({ address, port }: WebAddress): string {
  return formatEndpoint(address, port);
}
