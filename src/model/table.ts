/**
 * The kernel's IPVS table as values: what `ipvsadm -Sn` says and what `ipvsadm -R` takes.
 */

import { type Family, familyOf, formatEndpoint, type IpAddress, MOST_PORT } from "./address.ts";

/** The largest weight that the kernel takes from ipvsadm(8). */
export const MOST_WEIGHT = 65_535;

/** What the kernel calls the scheduler of a virtual service that has none: no client is sent anywhere (Linux 4.3 and later). */
export const NO_SCHEDULER = "none";

/** The protocols in which clients can connect to an address and port. */
export type Transport = "tcp" | "udp" | "sctp";

/** What clients connect to: an address with a port, or packets that carry a firewall mark. */
export type ServiceAddress =
  | { readonly kind: Transport; readonly address: IpAddress; readonly port: number }
  | { readonly kind: "fwm"; readonly family: Family; readonly mark: number };

/** A virtual service's identity: `tcp:192.0.2.1:80`, `udp:[2001:db8::1]:53`, `sctp:192.0.2.1:3868`, `fwm:7`, `fwm6:7`. */
export type VirtualKey = string & { readonly brand: "VirtualKey" };

/** A destination's identity within its virtual service: `10.0.0.1:80`. */
export type DestinationKey = string & { readonly brand: "DestinationKey" };

/** How the kernel hands packets to a real server: direct routing, NAT or IP-in-IP. */
export type Forwarding = "gate" | "masq" | "ipip";

/**
 * What IP-in-IP packets have between their two headers of IP, if anything: that of GUE (Generic UDP Encapsulation), sent to
 * a port of UDP, or that of GRE. Linux 5.3 and later (RFC 2784, draft-ietf-intarea-gue).
 */
export type Tunnel = { readonly type: "gue"; readonly port: number } | { readonly type: "gre" };

/** How a destination is reached. */
export interface Method {
  readonly forwarding: Forwarding;
  /** Of `ipip` alone. */
  readonly tunnel?: Tunnel;
}

/** A method as a configuration writes it: `masq`, `ipip:gue:6080`, `ipip:gre`. */
export function methodText({ forwarding, tunnel }: Method): string {
  if (!tunnel) return forwarding;
  return tunnel.type === "gue" ? `${forwarding}:gue:${tunnel.port}` : `${forwarding}:${tunnel.type}`;
}

/** The inverse of {@link methodText}; `undefined` for what is no method. */
export function parseMethod(text: string): Method | undefined {
  if (text === "gate" || text === "masq" || text === "ipip") return { forwarding: text };
  if (text === "ipip:gre") return { forwarding: "ipip", tunnel: { type: "gre" } };
  const port = Number(/^ipip:gue:(\d{1,5})$/.exec(text)?.[1]);
  return port >= 1 && port <= MOST_PORT ? { forwarding: "ipip", tunnel: { type: "gue", port } } : undefined;
}

/** The method of a value that has more. */
export function methodOf({ forwarding, tunnel }: Method): Method {
  return tunnel ? { forwarding, tunnel } : { forwarding };
}

/** One real server (or the fallback) as the kernel has it. */
export interface Destination extends Method {
  readonly address: IpAddress;
  readonly port: number;
  /** 0 to {@link MOST_WEIGHT}; at 0 the kernel sends no new connections. */
  readonly weight: number;
  /** Connections above which the kernel sends no more; 0 = no limit. */
  readonly upperThreshold: number;
  /** Connections below which it sends again; 0 = three quarters of the upper one. */
  readonly lowerThreshold: number;
}

/** The settings of a virtual service, without its destinations. */
export interface ServiceSettings {
  readonly address: ServiceAddress;
  readonly scheduler: string;
  /** Sorted, as `ipvsadm -b` takes them: `sh-port`, `flag-1`. */
  readonly schedulerFlags: readonly string[];
  /** Seconds of client affinity; absent = not persistent. */
  readonly persistence?: number;
  /** Granularity of the affinity: a dotted quad, or a prefix length for IPv6. */
  readonly netmask?: string;
  /** One-packet scheduling (udp). */
  readonly onePacket: boolean;
}

/** A virtual service with its destinations. */
export interface TableService extends ServiceSettings {
  readonly destinations: ReadonlyMap<DestinationKey, Destination>;
}

/** An IPVS table: the kernel's, or the part of it that we want. */
export type IpvsTable = ReadonlyMap<VirtualKey, TableService>;

/** Returns the number of destinations in a table, each counted in each of its virtual services. */
export function sizeOf(table: IpvsTable): number {
  let size = 0;
  for (const { destinations } of table.values()) size += destinations.size;
  return size;
}

/** The identity of a virtual service. */
export function virtualKey(service: ServiceAddress): VirtualKey {
  if (service.kind === "fwm") return `${service.family === 6 ? "fwm6" : "fwm"}:${service.mark}` as VirtualKey;
  return `${service.kind}:${formatEndpoint(service.address, service.port)}` as VirtualKey;
}

/** The identity of a destination. */
export function destinationKey(destination: Pick<Destination, "address" | "port">): DestinationKey {
  return formatEndpoint(destination.address, destination.port) as DestinationKey;
}

/** The address family of a virtual service. */
export function serviceFamily(service: ServiceAddress): Family {
  return service.kind === "fwm" ? service.family : familyOf(service.address);
}

/** As logs name it: `192.0.2.1:80`, the mark alone, or `7 (IPv6)`: a mark of IPv6 packets is another virtual service. */
export function serviceLabel(service: ServiceAddress): string {
  if (service.kind !== "fwm") return formatEndpoint(service.address, service.port);
  return service.family === 6 ? `${service.mark} (IPv6)` : String(service.mark);
}

/** Whether two destinations are the same to the kernel. */
export function sameDestination(a: Destination, b: Destination): boolean {
  return a.address === b.address && a.port === b.port && methodText(a) === methodText(b) && a.weight === b.weight &&
    a.upperThreshold === b.upperThreshold && a.lowerThreshold === b.lowerThreshold;
}

/** Whether the settings of two virtual services are the same to the kernel; both canonical. */
export function sameSettings(a: ServiceSettings, b: ServiceSettings): boolean {
  return a.scheduler === b.scheduler && a.persistence === b.persistence && a.netmask === b.netmask &&
    a.onePacket === b.onePacket && a.schedulerFlags.join() === b.schedulerFlags.join();
}
