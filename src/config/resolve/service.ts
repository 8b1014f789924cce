/**
 * A section's head and scheduling -> the settings of its virtual service.
 */

import { valueIn } from "./value_in.ts";
import { ofFamily, unmetNeed } from "../language/directive_facts.ts";
import type { Family, IpAddress } from "../../model/address.ts";
import { fallbackFlag } from "../../model/fallback_flag.ts";
import { type ServiceAddress, serviceFamily, type ServiceSettings, type Transport } from "../../model/table.ts";
import type { ServiceHead } from "../language/endpoints.ts";
import type { Load } from "./facts.ts";
import { resolveHost, resolvePort, within } from "./endpoint.ts";
import type { Section, Settings } from "../language/syntax_tree.ts";
import type { Netmask } from "../language/values/ipvs.ts";

/**
 * The virtual service that a section describes; `undefined` when it has no port, which was reported.
 * One with a name that did not resolve, which is reported too, gets the unspecified address: the file is refused,
 * but what else is wrong with the section can still be found.
 */
export function resolveService(load: Load, section: Section): ServiceSettings | undefined {
  const { settings, head: { value: head } } = section;
  const address = head.kind === "mark" ? markAddress(load, section, head.mark) : endpointAddress(load, section, head);
  if (!address) return undefined;
  const persistence = settings.persistent?.value;
  if (address.kind !== "fwm" && address.port === 0 && persistence === undefined) {
    load.problems.error(
      section.head,
      "port 0 (all ports) needs a persistent virtual service",
      "add persistent = seconds",
      "persistent",
    );
  }
  return {
    address,
    scheduler: valueIn("scheduler", settings),
    schedulerFlags: schedulerFlags(load, settings),
    persistence,
    netmask: netmask(load, section),
    onePacket: onePacket(load, settings, address),
  };
}

function markAddress(load: Load, { family, settings: { protocol } }: Section, mark: number): ServiceAddress {
  if (protocol && protocol.value !== "fwm") {
    load.problems.error(protocol, "protocol must be fwm if the virtual service is a fwmark (a number)");
  }
  return { kind: "fwm", family, mark };
}

function endpointAddress(
  load: Load,
  { family, head, settings: { protocol } }: Section,
  { host, port }: ServiceHead & { readonly kind: "endpoint" },
): ServiceAddress | undefined {
  let kind: Transport = port.number === 53 || port.text === "domain" ? "udp" : "tcp";
  if (protocol?.value === "fwm") {
    load.problems.error(protocol, "protocol must be tcp, udp or sctp if the virtual service is an address and port");
  } else if (protocol) {
    kind = protocol.value;
  }
  const address = resolveHost(load, head, host, family, ofFamily("virtual", family === 4 ? 6 : 4));
  const number = resolvePort(load, head, port, kind);
  if (address !== "unknown" && address !== "wrong" && address === UNSPECIFIED[family]) {
    load.problems.error(within(head, host), `no client can connect to ${address}`, "write an address of this machine");
  }
  if (address === "unknown") {
    load.problems.error(
      within(head, host),
      `invalid address for virtual service: ${host.text} has no IPv${family} address`,
      "write its address, or see that its name resolves before the network is up: in /etc/hosts",
    );
  }
  if (number === undefined) return undefined;
  return { kind, address: address === "unknown" || address === "wrong" ? UNSPECIFIED[family] : address, port: number };
}

/** Stand-ins that no virtual service can have. */
const UNSPECIFIED: Readonly<Record<Family, IpAddress>> = { 4: "0.0.0.0" as IpAddress, 6: "::" as IpAddress };

/** Whether a virtual service's address is a stand-in. */
export function isUnspecified(address: ServiceAddress): boolean {
  return address.kind !== "fwm" && address.address === UNSPECIFIED[serviceFamily(address)];
}

/** The names that `ipvsadm -S` prints for the flags of the schedulers that have names for them. These have no third one. */
const NAMED_FLAGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sh: { "flag-1": "sh-fallback", "flag-2": "sh-port" },
  mh: { "flag-1": "mh-fallback", "flag-2": "mh-port" },
};

function schedulerFlags(load: Load, settings: Settings): readonly string[] {
  const { schedflags } = settings;
  const name = valueIn("scheduler", settings);
  // A chosen difference from the Perl program: quiescent and drained real servers have weight 0.
  if (!schedflags) return [fallbackFlag(name) ?? []].flat();
  const names = NAMED_FLAGS[name];
  const foreign = schedflags.value.find((flag) =>
    flag.startsWith("flag-") ? names && !names[flag] : !flag.startsWith(`${name}-`)
  );
  if (foreign) {
    load.problems.error(
      schedflags,
      `${foreign} is no flag of the scheduler ${name}`,
      foreign.startsWith("flag-")
        ? "leave the flag out"
        : `write scheduler = ${foreign.split("-")[0]}, or leave the flag out`,
    );
  }
  const canonical = schedflags.value.map((flag) => names?.[flag] ?? flag);
  return [...new Set(canonical)].sort();
}

/** The kernel keeps no netmask of a virtual service that is not persistent, so none is asked of it. */
function netmask(load: Load, { family, settings: { netmask, persistent } }: Section): string | undefined {
  if (!netmask) return undefined;
  const text = netmaskText(netmask.value, family);
  if (text === undefined) {
    load.problems.error(
      netmask,
      family === 4
        ? "invalid netmask: dotted quad notation is required"
        : "invalid netmask: a prefix length is required for IPv6",
      family === 4 ? "write 255.255.255.0" : "write a number from 1 to 128",
    );
  }
  if (persistent) return text;
  load.problems.warning(netmask, ...unmetNeed("netmask"));
  return undefined;
}

function netmaskText(mask: Netmask, family: 4 | 6): string | undefined {
  if (family === 4) return "quad" in mask ? mask.quad : undefined;
  return "prefix" in mask ? String(mask.prefix) : undefined;
}

function onePacket(load: Load, { ops }: Settings, { kind }: ServiceAddress): boolean {
  if (!ops?.value) return false;
  if (kind === "udp" || kind === "fwm") return true;
  load.problems.warning(ops, "ops is for udp: it has no effect here", "one-packet scheduling knows no connections");
  return false;
}
