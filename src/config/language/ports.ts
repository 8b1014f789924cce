/**
 * Port names: what /etc/services says, and what is known without it.
 */

import { SERVICE_ROWS } from "../../model/service_facts.ts";

/** Ports by `name/protocol`. */
export type PortNames = ReadonlyMap<string, number>;

/** The names that /etc/services gives to the ports of the services, for machines without the file. */
export const BUILT_IN_PORTS: PortNames = new Map(
  SERVICE_ROWS.flatMap(([, { port, portNames = [] }]) =>
    port === undefined ? [] : portNames.map((name) => [name, port] as const)
  ),
);

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
