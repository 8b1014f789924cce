/**
 * IP addresses as values: parsed strictly, compared as text, printed one way.
 */

/** An IPv4 or IPv6 address in its canonical text (RFC 5952 for IPv6); never a name. */
export type IpAddress = string & { readonly brand: "IpAddress" };

/** The address family: 4 or 6. */
export type Family = 4 | 6;

/** The highest port of TCP and UDP. */
export const MOST_PORT = 65_535;

/** Most addresses that one `a->b` range may name. */
export const MAX_RANGE = 65_536;

/**
 * Reads an address strictly. Leading zeros in an IPv4 octet are refused, because half of
 * the world's parsers read them as octal. Gives `undefined` for anything that is no address.
 */
export function parseIp(text: string): IpAddress | undefined {
  const octets = parseIpv4(text);
  if (octets) return octets.join(".") as IpAddress;
  const groups = parseIpv6(text);
  return groups ? formatIpv6(groups) : undefined;
}

/** The family of an address. */
export function familyOf(ip: IpAddress): Family {
  return ip.includes(":") ? 6 : 4;
}

/** `192.0.2.1:80` or `[2001:db8::1]:80`. */
export function formatEndpoint(ip: IpAddress, port: number): string {
  return `${bracketed(ip)}:${port}`;
}

/** The address as it stands in an endpoint or a URL: IPv6 in brackets. */
export function bracketed(ip: IpAddress): string {
  return familyOf(ip) === 6 ? `[${ip}]` : ip;
}

/** The address as one number, for arithmetic on ranges. */
export function ipToNumber(ip: IpAddress): bigint {
  const octets = parseIpv4(ip);
  if (octets) return octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
  return parseIpv6(ip)!.reduce((sum, group) => sum * 65_536n + BigInt(group), 0n);
}

/** The inverse of {@link ipToNumber}. */
export function numberToIp(value: bigint, family: Family): IpAddress {
  if (family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".") as IpAddress;
  }
  const groups = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 65_535n));
  return formatIpv6(groups);
}

/** The address in the network's order: 4 bytes, or 16. */
export function ipToBytes(ip: IpAddress): Uint8Array {
  if (familyOf(ip) === 4) return Uint8Array.from(ip.split("."), Number);
  return Uint8Array.from(parseIpv6(ip)!.flatMap((group) => [group >> 8, group & 255]));
}

/** The inverse of {@link ipToBytes}; bytes beyond those of the family do not count. */
export function ipFromBytes(bytes: Uint8Array, family: Family): IpAddress {
  if (family === 4) return bytes.subarray(0, 4).join(".") as IpAddress;
  return formatIpv6(Array.from({ length: 8 }, (_, i) => bytes[2 * i] * 256 + bytes[2 * i + 1]));
}

/**
 * Every address from `first` to `last`, both included. Gives the reason as a string when
 * the two are of different families, stand in the wrong order, or span more than {@link MAX_RANGE}.
 */
export function addressRange(first: IpAddress, last: IpAddress): IpAddress[] | string {
  const family = familyOf(first);
  if (family !== familyOf(last)) return "the two ends of the range are of different address families";
  const [from, to] = [ipToNumber(first), ipToNumber(last)];
  if (to < from) return `the range ends before it begins: write ${last}->${first}`;
  if (to - from >= BigInt(MAX_RANGE)) return `the range has more than ${MAX_RANGE} addresses`;
  return Array.from({ length: Number(to - from) + 1 }, (_, i) => numberToIp(from + BigInt(i), family));
}

function parseIpv4(text: string): number[] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  const octets = match.slice(1);
  if (octets.some((octet) => Number(octet) > 255 || (octet.length > 1 && octet.startsWith("0")))) return undefined;
  return octets.map(Number);
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2 || !text.includes(":")) return undefined;
  const head = parseGroups(halves[0]);
  const tail = parseGroups(halves[1] ?? "");
  if (!head || !tail) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  const missing = 8 - head.length - tail.length;
  return missing >= 1 ? [...head, ...Array<number>(missing).fill(0), ...tail] : undefined;
}

/** Colon-separated groups, the last of which may be a dotted quad (RFC 4291, 2.2.3). */
function parseGroups(text: string): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(parseInt(part, 16));
      continue;
    }
    const quad = i === parts.length - 1 ? parseIpv4(part) : undefined;
    if (!quad) return undefined;
    groups.push(quad[0] * 256 + quad[1], quad[2] * 256 + quad[3]);
  }
  return groups.length <= 8 ? groups : undefined;
}

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`. */
function formatIpv6(groups: readonly number[]): IpAddress {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":");
  if (best.start < 0) return hex(groups) as IpAddress;
  return `${hex(groups.slice(0, best.start))}::${hex(groups.slice(best.start + best.length))}` as IpAddress;
}

/** An address of an interface with the length of its network's prefix. */
export interface Network {
  readonly address: IpAddress;
  /** 0 to 32, or to 128 for IPv6. */
  readonly prefix: number;
}

/** Whether the address is in the network. */
export function isInNetwork(ip: IpAddress, { address, prefix }: Network): boolean {
  const family = familyOf(ip);
  if (family !== familyOf(address)) return false;
  const rest = BigInt((family === 4 ? 32 : 128) - prefix);
  return ipToNumber(ip) >> rest === ipToNumber(address) >> rest;
}

/** Whether the address is one that stays on the machine: 127.0.0.0/8 or ::1. */
export function isLoopback(ip: IpAddress): boolean {
  return ip.startsWith("127.") || ip === "::1";
}
