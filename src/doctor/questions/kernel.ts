/**
 * What the kernel must have.
 */

import { serviceFamily } from "../../model/table.ts";
import { virtualsOf } from "../configured.ts";
import type { Facts } from "../facts.ts";
import { type Finding, ok, setting } from "../finding.ts";

/** Whether the kernel has IPVS. */
export function ipvs({ ipvsLoaded, modules, release }: Facts): readonly Finding[] {
  if (ipvsLoaded) return [ok(`the kernel ${release} has IPVS`)];
  if (modules.loadable.has("ip_vs")) {
    return [{
      level: "advice",
      what: "the kernel's module ip_vs is not loaded",
      why: "The director loads it when it starts, and not before: settings under net.ipv4.vs are not there at boot.",
      commands: ["modprobe ip_vs", "echo ip_vs > /etc/modules-load.d/ip_vs.conf"],
    }];
  }
  return [{
    level: "problem",
    what: `the kernel ${release} has no IPVS, and there is no module ip_vs for it`,
    why: "Without IPVS there is no table to keep. Containers use the kernel of their host: it must be loaded there.",
    commands: [
      "apt-get install linux-image-$(dpkg --print-architecture)    # RHEL: dnf install kernel-modules; then boot it",
    ],
  }];
}

/** Whether the kernel has the IPv6 that virtual services need. */
export function ipv6({ sysctls, ...facts }: Facts): readonly Finding[] {
  const name = "net.ipv6.conf.all.disable_ipv6";
  if (!virtualsOf(facts).some(({ settings }) => serviceFamily(settings.address) === 6)) return [];
  if (!sysctls.has(name)) {
    return [{ level: "problem", what: "the kernel has no IPv6, which virtual6 needs", commands: ["modprobe ipv6"] }];
  }
  if (sysctls.get(name) === "0") return [];
  return [{ level: "problem", what: `${name} is 1, and virtual6 needs IPv6`, commands: setting(name, "0") }];
}
