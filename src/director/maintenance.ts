import { bracketed, formatEndpoint, type IpAddress } from "../model/address.ts";
import type { RealServer } from "../model/virtual_service.ts";

/**
 * The file that puts a real server into maintenance: named `address:port`, `address`, or its full or short
 * host name with or without the port; IPv6 addresses in brackets. `undefined` when none of the files does.
 *
 * @param configured host names by address, from the configuration.
 * @param looked host names by address, from reverse look-ups.
 */
export function maintenanceFile(
  real: RealServer,
  files: ReadonlySet<string>,
  configured: ReadonlyMap<IpAddress, readonly string[]>,
  looked: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  if (files.size === 0) return undefined;
  const { address } = real.destination;
  const hosts = [...configured.get(address) ?? [], ...looked.get(address) ?? []];
  return namesOf(real, hosts).find((name) => files.has(name));
}

/** Everything that a real server may be called: its address, its label and each of its hosts' names, full and short, with and without the port. */
export function namesOf(
  { destination: { address }, configuredPort: port, label }: RealServer,
  hosts: readonly string[],
): string[] {
  const names = [formatEndpoint(address, port), bracketed(address), ...label === undefined ? [] : [label]];
  for (const host of hosts) {
    const short = host.split(".")[0];
    names.push(`${host}:${port}`, host, `${short}:${port}`, short);
  }
  return names;
}
