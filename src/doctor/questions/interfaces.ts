/**
 * Whether packets reach us, and leave us, by the interfaces.
 */

import { familyOf, isInNetwork, isLoopback } from "../../model/address.ts";
import { virtualsOf } from "../configured.ts";
import type { Facts } from "../facts.ts";
import { type Finding, ok, setting } from "../finding.ts";
import { conf, externalInterfaces } from "../interface_settings.ts";

/** Whether each virtual address is on an interface. */
export function virtualAddresses({ addresses, configuration }: Facts): readonly Finding[] {
  const here = new Set(addresses.map(({ address }) => address));
  const wanted = new Set(
    // Those that are announced on an interface come and go with their quorum.
    virtualsOf({ configuration }).flatMap(({ announce, settings: { address } }) =>
      address.kind === "fwm" || announce?.kind === "interface" ? [] : [address.address]
    ),
  );
  return [...wanted].map((address) => {
    const has = addresses.find((each) => each.address === address);
    if (here.has(address)) return ok(`the virtual address ${address} is on ${has!.interface}`);
    const near = addresses.find((each) => !isLoopback(each.address) && isInNetwork(address, each));
    const length = familyOf(address) === 4 ? 32 : 128;
    const where = near ? `${address}/${near.prefix} dev ${near.interface}` : `${address}/${length} dev lo`;
    const running = configuration?.running ?? false;
    return {
      level: running ? "problem" : "advice",
      what: `the virtual address ${address} is on no interface`,
      why: running
        ? "The daemon runs here, and no client can reach it. Where heartbeat, Pacemaker or keepalived brings the " +
          "address, ask it why not."
        : "No client can reach it here. That is as it should be on a standby director: what starts the daemon " +
          "(heartbeat, Pacemaker, keepalived) adds the address, too.",
      commands: [`ip address add ${where}`],
    };
  });
}

/** Whether the kernel throws away what comes in by another interface than its answer leaves by. */
export function rpFilter({ sysctls, addresses }: Facts): readonly Finding[] {
  const interfaces = externalInterfaces(addresses);
  if (interfaces.length < 2) return [];
  const strict = interfaces.filter((name) => effectiveMax(sysctls, name, "rp_filter") === 1);
  if (strict.length === 0) return [ok("rp_filter is not strict")];
  return [{
    level: "advice",
    what: `rp_filter is strict (1) on ${strict.join(", ")}`,
    why: "With several interfaces, a client's packet that comes in by another one than its answer would leave by is " +
      "thrown away without a word.",
    commands: setting("net.ipv4.conf.all.rp_filter", "2"),
  }];
}

/** Of `all` and the interface's own the greater one counts (ip-sysctl.rst, rp_filter). */
function effectiveMax(sysctls: Facts["sysctls"], name: string, what: string): number {
  return Math.max(...["all", name].map((each) => Number(sysctls.get(conf(each, what)) ?? 0)));
}
