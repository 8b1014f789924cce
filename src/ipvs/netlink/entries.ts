/**
 * What the kernel's table is made of, to and from attributes: virtual services, destinations, counters and
 * synchronisation threads, each in both directions where both are needed.
 */

import { type Family, familyOf, ipFromBytes, ipToBytes } from "../../model/address.ts";
import type { IpvsTimeouts } from "../../model/ipvs.ts";
import type { SyncDaemon } from "../../model/sync.ts";
import {
  type Destination,
  type Forwarding,
  type Method,
  type ServiceAddress,
  serviceFamily,
  type ServiceSettings,
} from "../../model/table.ts";
import { AF_INET, AF_INET6 } from "../../system/libc/sockets.ts";
import { canonicalSettings } from "../canonical.ts";
import type { Traffic } from "../counters.ts";
import type { Attributes, MessageWriter } from "../../netlink/message.ts";
import {
  Dest,
  ForwardingMethod,
  IpProtocol,
  Service,
  ServiceFlag,
  Stats,
  SyncState,
  SyncThread,
  Top,
  TunnelType,
} from "./numbers.ts";

/** Bytes of an address attribute: those of IPv6; IPv4 takes the first four. */
const ADDRESS = 16;
/** Which of the flags are set by a command: all. */
const ALL_FLAGS = 0xffff_ffff;

/** Writes which virtual service a command is about. */
export function encodeAddress(writer: MessageWriter, address: ServiceAddress): void {
  writer.nested(Top.SERVICE, (attributes) => addressAttributes(attributes, address));
}

/** Writes a virtual service with all its settings. */
export function encodeSettings(writer: MessageWriter, settings: ServiceSettings): void {
  const { schedulerFlags } = canonicalSettings(settings);
  const isIpv6 = serviceFamily(settings.address) === 6;
  const flags = (settings.persistence === undefined ? 0 : ServiceFlag.PERSISTENT) |
    (settings.onePacket ? ServiceFlag.ONE_PACKET : 0) |
    schedulerFlags.reduce((bits, flag) => bits | (ServiceFlag.SCHEDULER[Number(flag.slice(-1)) - 1] ?? 0), 0);
  writer.nested(Top.SERVICE, (attributes) => {
    addressAttributes(attributes, settings.address);
    attributes.text(Service.SCHEDULER, settings.scheduler);
    attributes.bytes(Service.FLAGS, new Uint8Array(Uint32Array.of(flags, ALL_FLAGS).buffer));
    attributes.uint32(Service.TIMEOUT, settings.persistence ?? 0);
    if (isIpv6) attributes.uint32(Service.NETMASK, Number(settings.netmask ?? 128));
    else attributes.bytes(Service.NETMASK, Uint8Array.from((settings.netmask ?? "255.255.255.255").split("."), Number));
  });
}

function addressAttributes(attributes: MessageWriter, address: ServiceAddress): void {
  attributes.uint16(Service.FAMILY, familyNumber(serviceFamily(address)));
  if (address.kind === "fwm") {
    attributes.uint32(Service.MARK, address.mark);
  } else {
    attributes.uint16(Service.PROTOCOL, IpProtocol[address.kind]);
    attributes.bytes(Service.ADDRESS, padded(ipToBytes(address.address)));
    attributes.port(Service.PORT, address.port);
  }
}

/** Reads a virtual service; `undefined` for one of a protocol that we do not manage. */
export function decodeSettings(attributes: Attributes): ServiceSettings | undefined {
  const family = familyOfNumber(attributes.uint16(Service.FAMILY));
  const mark = attributes.uint32(Service.MARK);
  const address = mark === undefined ? decodeAddress(attributes, family) : { kind: "fwm", family, mark } as const;
  if (!address) return undefined;
  const flags = attributes.uint32(Service.FLAGS) ?? 0;
  return canonicalSettings({
    address,
    scheduler: attributes.text(Service.SCHEDULER) ?? "",
    schedulerFlags: ServiceFlag.SCHEDULER.flatMap((bit, i) => (flags & bit) === 0 ? [] : [`flag-${i + 1}`]),
    persistence: (flags & ServiceFlag.PERSISTENT) === 0 ? undefined : attributes.uint32(Service.TIMEOUT),
    netmask: family === 6
      ? String(attributes.uint32(Service.NETMASK) ?? 128)
      : attributes.bytes(Service.NETMASK).join("."),
    onePacket: (flags & ServiceFlag.ONE_PACKET) !== 0,
  });
}

function decodeAddress(attributes: Attributes, family: Family): ServiceAddress | undefined {
  const protocol = attributes.uint16(Service.PROTOCOL);
  const kind = TRANSPORTS.find((each) => IpProtocol[each] === protocol);
  if (!kind) return undefined;
  const address = ipFromBytes(attributes.bytes(Service.ADDRESS), family);
  return { kind, address, port: attributes.port(Service.PORT) };
}

const TRANSPORTS = Object.keys(IpProtocol) as readonly (keyof typeof IpProtocol)[];

const FORWARDING: Readonly<Record<Forwarding, number>> = {
  gate: ForwardingMethod.ROUTE,
  masq: ForwardingMethod.MASQ,
  ipip: ForwardingMethod.TUNNEL,
};

/** Writes which destination a command is about. */
export function encodeDestinationAddress(writer: MessageWriter, destination: Destination): void {
  writer.nested(Top.DEST, (attributes) => destinationAttributes(attributes, destination));
}

/** Writes a destination with all its settings. */
export function encodeDestination(writer: MessageWriter, destination: Destination): void {
  writer.nested(Top.DEST, (attributes) => {
    destinationAttributes(attributes, destination);
    attributes.uint32(Dest.FORWARDING, FORWARDING[destination.forwarding]);
    // Kernels before 5.3 know none of the two.
    if (destination.tunnel) attributes.uint8(Dest.TUNNEL_TYPE, TunnelType[destination.tunnel.type]);
    if (destination.tunnel?.type === "gue") attributes.port(Dest.TUNNEL_PORT, destination.tunnel.port);
    attributes.uint32(Dest.WEIGHT, destination.weight);
    attributes.uint32(Dest.UPPER, destination.upperThreshold);
    attributes.uint32(Dest.LOWER, destination.lowerThreshold);
  });
}

function destinationAttributes(attributes: MessageWriter, { address, port }: Destination): void {
  attributes.uint16(Dest.FAMILY, familyNumber(familyOf(address)));
  attributes.bytes(Dest.ADDRESS, padded(ipToBytes(address)));
  attributes.port(Dest.PORT, port);
}

/** Reads a destination. @param family of its virtual service: kernels before 3.18 do not say a destination's own. */
export function decodeDestination(attributes: Attributes, family: Family): Destination {
  const own = attributes.uint16(Dest.FAMILY);
  return {
    address: ipFromBytes(attributes.bytes(Dest.ADDRESS), own === 0 ? family : familyOfNumber(own)),
    port: attributes.port(Dest.PORT),
    ...decodeMethod(attributes),
    weight: attributes.uint32(Dest.WEIGHT) ?? 0,
    upperThreshold: attributes.uint32(Dest.UPPER) ?? 0,
    lowerThreshold: attributes.uint32(Dest.LOWER) ?? 0,
  };
}

function decodeMethod(attributes: Attributes): Method {
  const method = (attributes.uint32(Dest.FORWARDING) ?? 0) & ForwardingMethod.MASK;
  if (method === ForwardingMethod.MASQ) return { forwarding: "masq" };
  // ForwardingMethod.LOCAL is what the kernel makes of a direct route to the director itself, as ipvsadm shows it.
  if (method !== ForwardingMethod.TUNNEL) return { forwarding: "gate" };
  const type = attributes.uint8(Dest.TUNNEL_TYPE);
  if (type === TunnelType.gre) return { forwarding: "ipip", tunnel: { type: "gre" } };
  if (type !== TunnelType.gue) return { forwarding: "ipip" };
  return { forwarding: "ipip", tunnel: { type: "gue", port: attributes.port(Dest.TUNNEL_PORT) } };
}

/** Reads how many connections of a destination are open, and how many are closing. */
export function decodeConnections(attributes: Attributes): { readonly active: number; readonly inactive: number } {
  return { active: attributes.uint32(Dest.ACTIVE) ?? 0, inactive: attributes.uint32(Dest.INACTIVE) ?? 0 };
}

/** Reads the counters of a virtual service or of a destination, by the numbers that it has for them. */
export function decodeTraffic(
  attributes: Attributes,
  numbers: { readonly STATS: number; readonly STATS64: number },
): { readonly totals: Traffic; readonly rates: Traffic } {
  const wide = attributes.nested(numbers.STATS64);
  // Kernels before 4.1 have 32 bits for rates, and for all but bytes.
  const stats = wide ?? attributes.nested(numbers.STATS);
  const short = (type: number) => stats?.uint32(type) ?? 0;
  const long = (type: number) => stats?.uint64(type) ?? 0;
  const number = wide ? long : short;
  return {
    totals: {
      connections: number(Stats.CONNECTIONS),
      packetsIn: number(Stats.PACKETS_IN),
      packetsOut: number(Stats.PACKETS_OUT),
      bytesIn: long(Stats.BYTES_IN),
      bytesOut: long(Stats.BYTES_OUT),
    },
    rates: {
      connections: number(Stats.CONNECTION_RATE),
      packetsIn: number(Stats.PACKET_RATE_IN),
      packetsOut: number(Stats.PACKET_RATE_OUT),
      bytesIn: number(Stats.BYTE_RATE_IN),
      bytesOut: number(Stats.BYTE_RATE_OUT),
    },
  };
}

/** Writes a synchronisation thread. */
export function encodeSyncDaemon(writer: MessageWriter, daemon: SyncDaemon): void {
  writer.nested(Top.DAEMON, (attributes) => {
    attributes.uint32(SyncThread.STATE, SyncState[daemon.role]);
    attributes.text(SyncThread.INTERFACE, daemon.interface);
    attributes.uint32(SyncThread.ID, daemon.id);
  });
}

/** Reads a synchronisation thread. */
export function decodeSyncDaemon(attributes: Attributes): SyncDaemon {
  return {
    role: attributes.uint32(SyncThread.STATE) === SyncState.master ? "master" : "backup",
    interface: attributes.text(SyncThread.INTERFACE) ?? "",
    id: attributes.uint32(SyncThread.ID) ?? 0,
  };
}

/** Writes the timeouts of connections. */
export function encodeTimeouts(writer: MessageWriter, { tcp, tcpFin, udp }: IpvsTimeouts): void {
  writer.uint32(Top.TIMEOUT_TCP, tcp);
  writer.uint32(Top.TIMEOUT_TCP_FIN, tcpFin);
  writer.uint32(Top.TIMEOUT_UDP, udp);
}

/** Reads them; of a protocol that a kernel does not have they are 0. */
export function decodeTimeouts(attributes: Attributes): IpvsTimeouts {
  return {
    tcp: attributes.uint32(Top.TIMEOUT_TCP) ?? 0,
    tcpFin: attributes.uint32(Top.TIMEOUT_TCP_FIN) ?? 0,
    udp: attributes.uint32(Top.TIMEOUT_UDP) ?? 0,
  };
}

function familyNumber(family: Family): number {
  return family === 6 ? AF_INET6 : AF_INET;
}

function familyOfNumber(number: number): Family {
  return number === AF_INET6 ? 6 : 4;
}

function padded(address: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(ADDRESS);
  bytes.set(address);
  return bytes;
}
