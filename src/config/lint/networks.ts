/**
 * Lints of networks: whether packets find their way between this machine and the real servers.
 */

import { type IpAddress, isInNetwork, isLoopback, type Network } from "../../model/address.ts";
import { inSections, type Lint, type View } from "./lint.ts";

/** The questions about networks. */
export const NETWORK_LINTS: Readonly<Record<string, Lint>> = {
  "masq-in-another-network": {
    why:
      "With masq the answers must come back through this machine. A real server in a network that this machine is not " +
      "in sends them elsewhere, unless its way out leads through here.",
    find: realsElsewhere(
      "masq",
      "see that its default route leads to this machine, or use ipip, which crosses networks",
    ),
  },

  "gate-in-another-network": {
    why:
      "Direct routing hands the client's packet unchanged to the next hop: a router between here and the real server " +
      "sends it back to the virtual address, in a circle.",
    find: realsElsewhere("gate", "use ipip, which crosses networks, or a real server in a network of this machine"),
  },
};

/** Real servers that no interface of this machine is in one network with. */
function realsElsewhere(forwarding: "masq" | "gate", fix: string): Lint["find"] {
  const inSection = (networks: readonly Network[]) =>
    inSections(function* ({ section, virtual }) {
      const far = [...virtual.reals.values()].filter(({ destination }) =>
        destination.forwarding === forwarding && !isNear(destination.address, networks)
      );
      if (far.length === 0) return;
      const lines = section.family === 6 ? section.settings.real6 : section.settings.real;
      const more = far.length === 1 ? " is" : ` and ${far.length - 1} more are`;
      yield {
        place: lines?.find(({ line }) => line === far[0].line) ?? section.head,
        text: `${far[0].destination.address}${more} in none of this machine's networks`,
        fix,
      };
    });
  return (subject) => {
    const { facts: { networks }, views } = subject;
    return networks && isDirectorsPlace(networks, views) ? inSection(networks)(subject) : [];
  };
}

/**
 * Whether the configuration may be meant for this machine, and not be looked at on another one: some server or virtual
 * address is in one of its networks.
 */
function isDirectorsPlace(networks: readonly Network[], views: readonly View[]): boolean {
  return views.some(({ virtual: { settings: { address }, reals } }) =>
    (address.kind !== "fwm" && isNear(address.address, networks)) ||
    [...reals.values()].some(({ destination }) => isNear(destination.address, networks))
  );
}

/** Addresses of the machine itself are near as well. */
function isNear(address: IpAddress, networks: readonly Network[]): boolean {
  return isLoopback(address) ||
    networks.some((network) => !isLoopback(network.address) && isInNetwork(address, network));
}
