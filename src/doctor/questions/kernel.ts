/**
 * What the kernel must have.
 */

import type { Check } from "../../model/check.ts";
import { serviceFamily } from "../../model/table.ts";
import { checksOf } from "../../model/virtual_service.ts";
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

/** Whether the kernel has the SCTP that virtual services, and checks of them, need. */
export function sctp({ ipvsHasSctp, modules, release, ...facts }: Facts): readonly Finding[] {
  const virtuals = virtualsOf(facts).filter(({ settings }) => settings.address.kind === "sctp");
  if (virtuals.length === 0) return [];
  const findings: Finding[] = [];
  if (ipvsHasSctp === false) {
    findings.push({
      level: "problem",
      what: `IPVS of the kernel ${release} has no SCTP (CONFIG_IP_VS_PROTO_SCTP is not set)`,
      why: "The table takes such virtual services, but packets of their clients are not forwarded.",
      commands: ["apt-get install linux-image-$(dpkg --print-architecture)    # then boot it"],
    });
  }
  const reals = virtuals.flatMap((virtual) => [...virtual.reals.values()]);
  const isChecked = reals.some(({ policy }) => checksOf(policy).some(connectsBySctp));
  if (isChecked && !modules.present.has("sctp")) findings.push(sctpNotLoaded(modules.loadable.has("sctp"), release));
  return findings.length > 0 ? findings : [ok("the kernel has SCTP")];
}

function connectsBySctp({ method, target }: Check): boolean {
  return method === "connect" && target.transport === "sctp";
}

function sctpNotLoaded(isLoadable: boolean, release: string): Finding {
  if (isLoadable) {
    return {
      level: "advice",
      what: "the kernel's module sctp is not loaded",
      why: "The kernel loads it at the first check, but not where a file in /etc/modprobe.d forbids that, as on RHEL.",
      commands: ["modprobe sctp", "echo sctp > /etc/modules-load.d/sctp.conf"],
    };
  }
  return {
    level: "problem",
    what: `the kernel ${release} has no SCTP, and there is no module sctp for it`,
    why: "Without it real servers cannot be checked by checktype = connect; checktype = ping or external can be made.",
    commands: [
      "apt-get install linux-image-$(dpkg --print-architecture)    # RHEL: dnf install kernel-modules-extra; then boot it",
    ],
  };
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
