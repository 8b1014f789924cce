/**
 * Port names: what /etc/services says, and what is known without it.
 */

import type { Service } from "../../model/check.ts";

/** Ports by `name/protocol`. */
export type PortNames = ReadonlyMap<string, number>;

/**
 * The service that a port speaks unless the configuration says otherwise, and the port that a
 * service is checked at when no other is known.
 */
export const SERVICE_PORTS: readonly (readonly [port: number, service: Service])[] = [
  [21, "ftp"],
  [25, "smtp"],
  [53, "dns"],
  [80, "http"],
  [110, "pop"],
  [119, "nntp"],
  [143, "imap"],
  [389, "ldap"],
  [443, "https"],
  [587, "submission"],
  [636, "ldaps"],
  [993, "imaps"],
  [995, "pops"],
  [1521, "oracle"],
  [1812, "radius"],
  [3128, "http_proxy"],
  [3306, "mysql"],
  [5060, "sip"],
  [5432, "pgsql"],
];

/** Where services are checked that no port stands for: an old configuration of these ports must mean what it meant. */
export const CHECK_PORTS: readonly (readonly [port: number, service: Service])[] = [
  ...SERVICE_PORTS,
  [5061, "sips"],
  [6379, "redis"],
  [11211, "memcached"],
];

/** The names that /etc/services gives to the ports above, for machines without the file. */
export const BUILT_IN_PORTS: PortNames = parseServices(`
ftp 21/tcp
smtp 25/tcp mail
domain 53/tcp
domain 53/udp
http 80/tcp www
pop3 110/tcp pop-3
nntp 119/tcp
imap2 143/tcp imap
ldap 389/tcp
ldap 389/udp
https 443/tcp
https 443/udp
submission 587/tcp
ldaps 636/tcp
imaps 993/tcp
pop3s 995/tcp
radius 1812/tcp
radius 1812/udp
squid 3128/tcp
mysql 3306/tcp
sip 5060/tcp
sip 5060/udp
postgresql 5432/tcp postgres
`);

/** Reads the format of services(5). The first entry for a name wins, as it does for the C library. */
export function parseServices(text: string): PortNames {
  const ports = new Map<string, number>();
  for (const line of text.split("\n")) {
    const match = /^([^\s#]+)\s+(\d+)\/([a-z]+)([^#]*)/.exec(line);
    if (!match) continue;
    const [, name, port, protocol, aliases] = match;
    for (const each of [name, ...aliases.split(/\s+/).filter(Boolean)]) {
      const key = `${each}/${protocol}`;
      if (!ports.has(key)) ports.set(key, Number(port));
    }
  }
  return ports;
}
