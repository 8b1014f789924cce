/**
 * Lints of real servers: addresses to which no connection can be made, weights that all of them share.
 */

import { familyOf, type IpAddress, ipToNumber, isInNetwork, type Network, parseIp } from "../../model/address.ts";
import { inSections, type Lint, nameOf, weightFileOf } from "./lint.ts";
import { realsOf } from "../language/own_sections.ts";

/** The questions about real servers. */
export const REAL_LINTS: Readonly<Record<string, Lint>> = {
  "impossible-address": {
    why: "The kernel takes only an address of one host as a real server or fallback, and refuses any other.",
    find: inSections(
      function* ({ section: { family, settings }, virtual }, { tree: { globals }, facts: { networks = [] } }) {
        const lines = (family === 6 ? settings.real6 : settings.real) ?? [];
        for (const { destination: { address }, line } of virtual.reals.values()) {
          const kind = impossible(address, networks);
          const place = kind && lines.find((each) => each.line === line);
          if (place) {
            yield { severity: "error", place, text: `no real server can be ${address}: ${kind.is}`, fix: kind.fix };
          }
        }
        const address = virtual.fallback?.destination.address;
        const kind = address && impossible(address, networks);
        const place = family === 6 ? settings.fallback6 ?? globals.fallback6 : settings.fallback ?? globals.fallback;
        if (kind && place) {
          yield { severity: "error", place, text: `no fallback can be ${address}: ${kind.is}`, fix: kind.fix };
        }
      },
    ),
  },

  "shared-weight-file": {
    why:
      "A weight file is for one real server: where several have the same, all get the same number or percentage, and " +
      "clients are spread over them as before. It can only stop all of them together, with 0.",
    find: inSections(function* ({ section, virtual }) {
      const seen = new Set<string>();
      const sharing = virtual.reals.values().find((real) => {
        const file = weightFileOf(real);
        if (file === undefined || seen.has(file)) return file !== undefined;
        seen.add(file);
        return false;
      });
      if (!sharing) return;
      const own = realsOf(section).find(({ line }) => line === sharing.line)?.own;
      const place = own?.settings.weightfile ?? section.settings.weightfile;
      if (!place) return;
      yield {
        place,
        text: `several real servers of ${nameOf(virtual)} have the same weight file`,
        fix: "give each a file of its own, between the braces of its line: real = ADDRESS gate { … }",
      };
    }),
  },
};

/** A kind of address that is none of one host. */
interface Impossible {
  readonly network: Network;
  readonly is: string;
  readonly fix: string;
}

const ONE_HOST = "write the address of one host";

function row(network: string, prefix: number, is: string, fix = ONE_HOST): Impossible {
  return { network: { address: parseIp(network)!, prefix }, is, fix };
}

/** RFC 6890 and RFC 4291; the kernel asks for RTN_UNICAST, RTN_LOCAL or a global unicast address of IPv6 (ip_vs_ctl.c). */
const KINDS: readonly Impossible[] = [
  row("0.0.0.0", 8, "it stands for this host, or any"),
  row("224.0.0.0", 4, "it is a multicast address"),
  row("255.255.255.255", 32, "it is the broadcast address"),
  row("240.0.0.0", 4, "it is reserved"),
  row("::", 128, "it stands for any address"),
  row("ff00::", 8, "it is a multicast address"),
  row(
    "fe80::",
    10,
    "it is a link-local address, which needs a zone",
    "write the host's global or unique local address",
  ),
  row("::ffff:0:0", 96, "it is an IPv4 address in IPv6", "write the IPv4 address, below virtual"),
];

function impossible(address: IpAddress, networks: readonly Network[]): Impossible | undefined {
  const broadcast = networks.find((network) => isBroadcast(address, network));
  if (broadcast) {
    return {
      network: broadcast,
      is: `it is the broadcast address of ${broadcast.address}/${broadcast.prefix}`,
      fix: ONE_HOST,
    };
  }
  return KINDS.find(({ network }) => isInNetwork(address, network));
}

/** Networks of 31 bits and more have none (RFC 3021). */
function isBroadcast(address: IpAddress, network: Network): boolean {
  if (familyOf(address) !== 4 || network.prefix > 30 || !isInNetwork(address, network)) return false;
  const hosts = (1n << BigInt(32 - network.prefix)) - 1n;
  return (ipToNumber(address) & hosts) === hosts;
}
