/**
 * Hosts, ports and the port that the kernel will really use.
 */

import { type Family, familyOf, type IpAddress } from "../../model/address.ts";
import type { Forwarding, ServiceAddress } from "../../model/table.ts";
import type { HostRef, PortRef } from "../language/endpoints.ts";
import type { Load } from "./facts.ts";
import type { Spot } from "../language/grammar.ts";
import { hostKey } from "./names.ts";
import type { Place } from "../language/problem.ts";
import type { Setting } from "../language/syntax_tree.ts";

/** The place of a part of a setting's value. */
export function within(setting: Setting<unknown>, spot: Spot): Place {
  return { line: setting.line, column: setting.column + spot.at, length: spot.length };
}

/** What came of a host: its address, that its name has none, or that it is wrong (and was reported). */
export type ResolvedHost = IpAddress | "unknown" | "wrong";

/** The address of a host in the wanted family. `instead` names the directive for the other family. */
export function resolveHost(
  load: Load,
  setting: Setting<unknown>,
  host: HostRef,
  family: Family,
  instead: string,
): ResolvedHost {
  if (host.ip === undefined) {
    const [ip, ...unused] = load.facts.names.hosts.get(hostKey({ name: host.text, family })) ?? [];
    if (ip === undefined) return "unknown";
    const names = load.hostNames.get(ip) ?? [];
    if (names.includes(host.text)) return ip;
    load.hostNames.set(ip, [...names, host.text]);
    if (unused.length > 0) {
      const message = `${host.text} is ${ip} here, and its further addresses are not used: ${unused.join(", ")}`;
      load.problems.warning(
        within(setting, host),
        message,
        "write reals = dns:NAME:PORT and what follows, for all of them",
      );
    }
    return ip;
  }
  if (familyOf(host.ip) === family) return host.ip;
  load.problems.error(
    within(setting, host),
    `cannot specify an IPv${familyOf(host.ip)} address here`,
    `please use ${instead} instead`,
  );
  return "wrong";
}

/** The number of a port; `undefined` when its name is unknown, which was reported then. */
export function resolvePort(
  load: Load,
  setting: Setting<unknown>,
  port: PortRef,
  protocol: ServiceAddress["kind"],
): number | undefined {
  if (port.number !== undefined) return port.number;
  const { ports } = load.facts.names;
  // A firewall mark says nothing of a protocol: the name's tcp port is meant, or else its udp port.
  const protocols = protocol === "fwm" ? ["tcp", "udp"] : [protocol];
  for (const each of protocols) {
    const number = ports.get(`${port.text}/${each}`);
    if (number !== undefined) return number;
  }
  const other = (["tcp", "udp"] as const).find((each) => ports.has(`${port.text}/${each}`));
  load.problems.error(
    within(setting, port),
    `invalid port (${port.text}): /etc/services has no such name for ${protocols.join(" or ")}`,
    `${
      other && protocol !== "sctp" ? `it has one for ${other}: write protocol = ${other}, or` : "write"
    } the number of the port`,
  );
  return undefined;
}

/**
 * The port of a destination as the kernel will have it: only masq maps ports (to this machine's own addresses too, as
 * Linux 6.1 does), and a firewall mark's destinations keep the port that they are given.
 */
export function kernelPort(
  service: ServiceAddress,
  destination: { readonly port: number; readonly forwarding: Forwarding },
): number {
  return service.kind === "fwm" || destination.forwarding === "masq" ? destination.port : service.port;
}

/** Warns when a destination's port is not the one that the file gives. */
export function warnOfMapping(
  load: Load,
  place: Place,
  given: number,
  used: number,
  forwarding: Forwarding,
): void {
  if (given === 0 || given === used) return;
  const message =
    `port ${used} is used, that of the virtual service, and not ${given}: ${forwarding} does not map ports`;
  load.problems.warning(place, message, "only masq maps ports");
}
