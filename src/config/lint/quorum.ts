/**
 * Lints of the quorum: whether it can ever be reached, and whether anything follows from it.
 */

import { inSections, type Lint, nameOf, weightFileOf } from "./lint.ts";

/** The questions about quorums. */
export const QUORUM_LINTS: Readonly<Record<string, Lint>> = {
  "quorum-out-of-reach": {
    why:
      "If all real servers of a virtual service together weigh less than its quorum, it is down whatever its checks say; with " +
      "less than quorum and hysteresis together it never comes up again. Weights that agents, checks and files ask for may be greater.",
    find: inSections(function* ({ section: { settings, head }, virtual }, { tree }) {
      const { quorum, hysteresis, reals } = virtual;
      if (quorum + hysteresis === 1 || reals.size === 0) return;
      if (["agentport", "dynamicweight"].some((name) => name in settings || name in tree.globals)) return;
      if (reals.values().some((real) => weightFileOf(real) !== undefined)) return;
      const sum = reals.values().reduce((total, { destination: { weight } }) => total + weight, 0);
      if (sum >= quorum + hysteresis) return;
      const isAbove = sum < quorum;
      yield {
        place: isAbove
          ? settings.quorum ?? tree.globals.quorum ?? head
          : settings.hysteresis ?? tree.globals.hysteresis ?? head,
        text:
          `${nameOf(virtual)} ${isAbove ? "is always down" : "never comes up again once it is down"}: all its real ` +
          `servers together weigh ${sum}, and it needs ${isAbove ? quorum : `${quorum} + ${hysteresis}`}`,
        fix: `write a quorum${isAbove ? "" : " and a hysteresis"} of at most ${sum}${isAbove ? "" : " together"}`,
      };
    }),
  },

  "quorum-without-effect": {
    why:
      "The quorum decides when the fallback takes over, when the address is announced, and when quorumcommand, fallbackcommand and notify are called. " +
      "Without any of these, what is left of the real servers goes on serving.",
    find: inSections(function* ({ section: { settings }, virtual }, { tree }) {
      const { quorum, hysteresis, fallback, fallbackCommand, quorumCommand, announce, notify } = virtual;
      const given = settings.quorum ?? tree.globals.quorum;
      if (!given || quorum + hysteresis === 1) return;
      if (fallback || fallbackCommand || quorumCommand || announce || notify) return;
      yield {
        severity: "note",
        place: given,
        text: `the quorum of ${
          nameOf(virtual)
        } changes nothing for clients: it has no fallback, no announce and no quorumcommand`,
        fix: "add a fallback, announce, or quorumcommand = PROGRAM",
      };
    }),
  },
};
