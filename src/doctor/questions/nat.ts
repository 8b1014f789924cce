/**
 * What forwarding by masq needs of this machine.
 */

import { familyOf, isInNetwork } from "../../model/address.ts";
import { hasReals, realsBy, virtualsOf } from "../configured.ts";
import type { Facts } from "../facts.ts";
import { type Finding, ok, setting } from "../finding.ts";
import { conf, externalInterfaces } from "../interface_settings.ts";

/** Whether the kernel forwards the answers of real servers behind masq. */
export function forwarding({ sysctls, ...facts }: Facts): readonly Finding[] {
  return ([[4, "net.ipv4.ip_forward"], [6, "net.ipv6.conf.all.forwarding"]] as const).flatMap(([family, name]) => {
    if (!hasReals(facts, "masq", family) || !sysctls.has(name)) return [];
    if (sysctls.get(name) !== "0") return [ok(`${name} is ${sysctls.get(name)}`)];
    return [{
      level: "problem",
      what: `${name} is 0`,
      why: `The answers of real servers behind masq come back through this machine, which throws them away. Clients' ` +
        "connections hang.",
      commands: setting(name, "1"),
    }];
  });
}

/** Whether the kernel leads real servers behind masq past this machine. */
export function sendRedirects({ sysctls, addresses, ...facts }: Facts): readonly Finding[] {
  const shared = externalInterfaces(addresses).filter((name) =>
    addresses.some((own) =>
      own.interface === name && familyOf(own.address) === 4 &&
      virtualsOf(facts).some(({ settings: { address }, reals }) =>
        address.kind !== "fwm" && isInNetwork(address.address, own) &&
        realsBy("masq", reals.values()).some(({ destination }) => isInNetwork(destination.address, own))
      )
    )
  );
  const redirecting = shared.filter((name) =>
    sysctls.get(conf("all", "send_redirects")) === "1" ||
    sysctls.get(conf(name, "send_redirects")) === "1"
  );
  if (redirecting.length === 0) return shared.length > 0 ? [ok("send_redirects is off where it matters")] : [];
  return [{
    level: "problem",
    what: `send_redirects is on for ${redirecting.join(", ")}, where virtual and real servers share a network`,
    why: "This machine tells real servers of a shorter way to the clients, past itself; what goes that way is not " +
      "translated back, and connections hang.",
    commands: ["all", ...redirecting].flatMap((name) => setting(conf(name, "send_redirects"), "0")),
  }];
}
