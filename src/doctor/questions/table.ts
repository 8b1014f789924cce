/**
 * Which programs read and change the kernel's table, and what others have put there.
 */

import { named, virtualsOf } from "../configured.ts";
import type { Facts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";

/** Whether the table can be read and changed in the way that is configured. */
export function driver({ driver, ipvsadm }: Facts): readonly Finding[] {
  if (driver === "netlink") return [ok("the table is read and changed by netlink")];
  if (ipvsadm) return [ok(`the table is read and changed through ${ipvsadm}`)];
  return [{
    level: "problem",
    what: "the program ipvsadm is not installed",
    why: "The table is to be read and changed through it (ipvsdriver).",
    commands: ["apt-get install ipvsadm    # RHEL: dnf install ipvsadm"],
  }];
}

/** Whether our virtual services have real servers that the configuration does not list. */
export function table({ table, configuration }: Facts): readonly Finding[] {
  if (typeof table === "string" || !configuration?.model) return [];
  return virtualsOf({ configuration }).flatMap(({ key, label, reals, fallback }) => {
    const foreign = [...table.get(key)?.destinations.keys() ?? []].filter((real) =>
      !reals.has(real) && real !== fallback?.key
    );
    if (foreign.length === 0) return [];
    return [{
      level: "advice" as const,
      what: `the table has ${foreign.join(", ")} in ${label}, which ${configuration.file} does not list`,
      why: "A start or a reload removes them: the virtual service is ours.",
      commands: [`ldirectord plan ${configuration.file}`],
    }];
  });
}

/** Whether two daemons keep the same virtual service. */
export function neighbours({ neighbours, configuration }: Facts): readonly Finding[] {
  const ours = virtualsOf({ configuration });
  return neighbours.flatMap(({ file, virtuals }) => {
    const both = ours.filter(({ key }) => virtuals.has(key));
    if (both.length === 0) return [];
    return [{
      level: "problem" as const,
      what: `${named(both)} ${both.length === 1 ? "is" : "are"} in ${file} as well, and its daemon runs`,
      why: "Two daemons that keep one virtual service remove each other's real servers.",
      commands: [`ldirectord ${file} stop`],
    }];
  });
}

/** Whether other programs that keep tables run here. */
export function keepers({ keepers }: Facts): readonly Finding[] {
  return keepers.map((name) => ({
    level: "advice",
    what: `${name} runs on this machine`,
    why: "It may keep virtual services, too. Nothing of its is touched, as long as no virtual service is in both.",
    commands: ["ipvsadm -L -n"],
  }));
}
