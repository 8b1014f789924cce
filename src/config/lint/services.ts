/**
 * Lints of virtual services: what clients get, and what the settings of one mean together.
 */

import { ofFamily } from "../language/directive_facts.ts";
import { inSections, type Lint, nameOf, weightFileOf } from "./lint.ts";

/** The questions about virtual services. */
export const SERVICE_LINTS: Readonly<Record<string, Lint>> = {
  "no-virtual-service": {
    why: "A daemon of this configuration has nothing to do.",
    find: function* ({ tree: { sections, globals } }) {
      if (sections.length > 0 || globals.execute) return;
      yield {
        place: { line: 0, column: 0, length: 0 },
        text: "there is no virtual service in the file",
        fix: "add virtual = host:port, and below it, indented, real = host:port gate|masq|ipip",
      };
    },
  },

  "no-real-server": {
    why: "Clients get no answer, or only that of the fallback.",
    find: inSections(function* ({ section, virtual }, { model }) {
      if (virtual.reals.size > 0 || model.unresolved.some(({ virtual: key }) => key === virtual.key)) return;
      const name = ofFamily("real", section.family);
      yield {
        place: section.head,
        text: `${nameOf(virtual)} has no real server`,
        fix: `add ${name} = host:port gate|masq|ipip`,
      };
    }),
  },

  "all-weights-zero": {
    why: "The kernel sends no new connection to a real server of weight 0: clients get the fallback's answer, or none.",
    find: inSections(function* ({ section, virtual }) {
      const reals = [...virtual.reals.values()];
      if (reals.length === 0 || reals.some(({ destination }) => destination.weight > 0)) return;
      // A number in it counts, whatever is configured.
      if (reals.some((real) => weightFileOf(real) !== undefined)) return;
      yield {
        place: section.head,
        text: `every real server of ${nameOf(virtual)} has weight 0`,
        fix: "give one of them a weight of 1 or more",
      };
    }),
  },

  "fallback-is-real": {
    why: "When every real server is down, clients are sent to one of them after all.",
    find: inSections(function* ({ section, virtual }, { tree }) {
      const { fallback } = virtual;
      if (!fallback || !virtual.reals.has(fallback.key)) return;
      const place = section.family === 6
        ? section.settings.fallback6 ?? tree.globals.fallback6
        : section.settings.fallback ?? tree.globals.fallback;
      yield {
        place: place ?? section.head,
        text: `the fallback ${fallback.key} is one of the real servers of ${nameOf(virtual)}`,
        fix: "name a server that is none of them, as 127.0.0.1 with a page that says sorry",
      };
    }),
  },

  "quiescent-persistent": {
    why:
      "Clients that are tied to a real server by persistence are sent to it even after it has gone down and stands at " +
      "weight 0, until the time of persistence is over.",
    find: inSections(function* ({ section, virtual }, { facts }) {
      const { persistent } = section.settings;
      if (!persistent || !virtual.quiescent || facts.expireQuiescentTemplate !== false) return;
      yield {
        place: persistent,
        text: `${nameOf(virtual)} is persistent and quiescent, and net.ipv4.vs.expire_quiescent_template is 0`,
        fix: "sysctl -w net.ipv4.vs.expire_quiescent_template=1 (and in /etc/sysctl.d), or write quiescent = no",
      };
    }),
  },
};
