/**
 * Lints of schedulers and the weights that they look at.
 */

import { costOfMissingFallbackFlag, missingFallbackFlag } from "../../model/fallback_flag.ts";
import { closest } from "../language/closest.ts";
import { inSections, type Lint, nameOf } from "./lint.ts";
import { LINUX_SCHEDULERS } from "../language/values/ipvs.ts";

/** The questions about schedulers. */
export const SCHEDULER_LINTS: Readonly<Record<string, Lint>> = {
  "unknown-scheduler": {
    why:
      "The kernel refuses a virtual service with a scheduler that it does not have: clients get no answer there, while everything " +
      "else is served.",
    find: inSections(function* ({ section: { settings: { scheduler } } }, { facts: { schedulers } }) {
      if (!scheduler) return;
      const name = scheduler.value;
      const isHere = schedulers?.has(name);
      const module = `ip_vs_${name}`;
      if (LINUX_SCHEDULERS.includes(name)) {
        if (isHere !== false || schedulers?.size === 0) return;
        const fix = `install the module ${module}, or write one of ${[...schedulers!].sort().join(", ")}`;
        yield { place: scheduler, text: `the kernel of this machine has no scheduler ${name}`, fix };
        return;
      }
      const near = closest(name, LINUX_SCHEDULERS);
      const known = `Linux has ${LINUX_SCHEDULERS.join(", ")}`;
      if (isHere) {
        const text = `${name} is not a scheduler of Linux, and this machine has a module ${module}`;
        yield { place: scheduler, text, fix: `see that each director has that module; ${known}` };
      } else {
        yield {
          severity: schedulers || near ? "error" : "warning",
          place: scheduler,
          text: `${name} is not a scheduler of Linux${schedulers ? `, and there is no module ${module} here` : ""}`,
          fix: near ? `did you mean ${near}? ${known}` : known,
        };
      }
    }),
  },

  "no-fallback-flag": {
    why:
      "A real server that is quiescent, drained or given weight 0 then costs new clients their connection, though others " +
      "could serve them.",
    find: inSections(function* ({ section, virtual: { settings } }) {
      const flag = missingFallbackFlag(settings);
      if (flag === undefined) return;
      yield {
        place: section.settings.schedflags ?? section.head,
        text: costOfMissingFallbackFlag(settings, flag),
        fix: `add ${flag} to schedflags, or set quiescent = no and do not drain`,
      };
    }),
  },

  "weights-without-effect": {
    why: "The kernel's schedulers rr, lc and dh look at a weight only to see whether it is 0.",
    find: inSections(function* ({ section: { settings, head }, virtual }, { tree }) {
      const { scheduler } = virtual.settings;
      if (!WEIGHTLESS.has(scheduler)) return;
      const fix = `write scheduler = ${WEIGHTED[scheduler] ?? "wrr"}`;
      const weights = new Set([...virtual.reals.values()].map(({ destination }) => destination.weight));
      weights.delete(0);
      if (weights.size > 1) {
        yield {
          place: settings.scheduler ?? head,
          text: `the real servers of ${nameOf(virtual)} have different weights, which ${scheduler} does not regard`,
          fix,
        };
      }
      const given = settings.slowstart ?? tree.globals.slowstart;
      if (virtual.slowStart > 0 && given) {
        yield { place: given, text: `slowstart has no effect with the scheduler ${scheduler}`, fix };
      }
    }),
  },
};

/** Schedulers that know no weights, and their weighted siblings where there are any. */
const WEIGHTED: Readonly<Record<string, string>> = { rr: "wrr", lc: "wlc" };
const WEIGHTLESS: ReadonlySet<string> = new Set(["rr", "lc", "dh"]);
