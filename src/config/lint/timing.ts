/**
 * Lints of times: how long checks take, and how fast a state changes.
 */

import { inTenths } from "../../model/tenths.ts";
import { inSections, inVariants, type Lint, mainChecks, nameOf } from "./lint.ts";

/** The questions about times. */
export const TIMING_LINTS: Readonly<Record<string, Lint>> = {
  "timeout-over-interval": {
    why:
      "This is the worst case, of a server that says nothing any more: the next check begins after up to one interval, and each " +
      "failed check lasts as long as it may. A server that refuses connections is noticed at once.",
    find: inVariants(function* ({ section, virtual }, { tree }) {
      const [check] = mainChecks(virtual);
      if (!check) return;
      const negotiates = check.method === "negotiate";
      const timeout = negotiates ? check.negotiateTimeout : check.checkTimeout;
      if (timeout <= check.interval) return;
      const name = negotiates ? "negotiatetimeout" : "checktimeout";
      const other = negotiates ? "checktimeout" : "negotiatetimeout";
      const { settings: own } = section;
      const given = own[name] ?? own[other] ?? tree.globals[name] ?? tree.globals[other];
      const noticed = inTenths(check.interval + timeout * virtual.failureCount);
      yield {
        severity: "note",
        place: given ?? section.head,
        text: `a check may take ${timeout} s${given ? "" : " (the default)"}, longer than the interval of ` +
          `${check.interval} s: a silent server is noticed after ${noticed} s at most`,
        fix:
          `if that is too late, lower ${name}, but not below what a healthy server may need under load, or it is taken out ` +
          `then; if it is not, raise checkinterval to ${timeout} for checks that are evenly spaced`,
      };
    }),
  },

  "slowstart-too-fine": {
    why: "A weight climbs in whole steps from 1: where it is 1 already there is nothing to climb.",
    find: inSections(function* ({ section: { settings, head }, virtual }, { tree }) {
      const reals = [...virtual.reals.values()];
      if (virtual.slowStart === 0 || reals.length === 0) return;
      if (reals.some(({ destination }) => destination.weight > 1)) return;
      yield {
        place: settings.slowstart ?? tree.globals.slowstart ?? head,
        text: `slowstart has no effect in ${nameOf(virtual)}: no weight is above 1`,
        fix: "give all real servers weights like 100",
      };
    }),
  },

  "retry-without-effect": {
    why: "retryinterval counts while it is open whether a server goes down or comes back; with failurecount = 1 and " +
      "risecount = 1 one check decides, and it never is.",
    find: inVariants(function* ({ section: { settings }, virtual }, { tree }) {
      const retry = settings.retryinterval ?? tree.globals.retryinterval;
      if (!retry || virtual.failureCount > 1 || virtual.riseCount > 1) return;
      yield {
        place: retry,
        text: `retryinterval has no effect in ${nameOf(virtual)}: failurecount and risecount are 1`,
        fix: "add failurecount = 3, say",
      };
    }),
  },
};
