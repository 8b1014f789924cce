/**
 * Whether the kernel has the schedulers, and whether their flags fit.
 */

import { costOfMissingFallbackFlag, missingFallbackFlag } from "../../model/fallback_flag.ts";
import { virtualsOf } from "../configured.ts";
import type { Facts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";

/** Whether the kernel has each scheduler. */
export function schedulers({ modules, ipvsLoaded, ...facts }: Facts): readonly Finding[] {
  if (!ipvsLoaded && !modules.loadable.has("ip_vs")) return [];
  const wanted = new Set(virtualsOf(facts).map(({ settings }) => settings.scheduler));
  return [...wanted].sort().map((scheduler) => {
    const module = `ip_vs_${scheduler}`;
    if (modules.present.has(module) || modules.loadable.has(module)) {
      return ok(`the scheduler ${scheduler} is there`);
    }
    return {
      level: "problem",
      what: `the kernel has no scheduler ${scheduler}`,
      why: "The kernel refuses virtual services with a scheduler that it does not have: clients get no answer. Is it " +
        "misspelt? These are there:",
      commands: ["ls /lib/modules/$(uname -r)/kernel/net/netfilter/ipvs    # ip_vs_NAME"],
    };
  });
}

/** Whether hashing schedulers have the flag with which they skip servers of weight 0. */
export function fallbackFlags(facts: Facts): readonly Finding[] {
  return virtualsOf(facts).flatMap(({ label, settings }): Finding[] => {
    const flag = missingFallbackFlag(settings);
    if (flag === undefined) return [];
    return [{
      level: "advice",
      what: `${label}: ${costOfMissingFallbackFlag(settings, flag)}`,
      why: `Those are the ones that are quiescent, drained or given weight 0. Add ${flag} to schedflags.`,
      commands: [["ldirectord check", facts.configuration?.file].join(" ").trimEnd()],
    }];
  });
}
