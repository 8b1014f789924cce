/**
 * Sections as they are for some of their real servers: one that has directives of its own is as if it stood alone in a section
 * that has these in place of the others.
 */

import { ofFamily } from "./directive_facts.ts";
import type { DirectiveName } from "./directives.ts";
import type { RealValue } from "./endpoints.ts";
import { STEP_LISTS, stepsOf } from "./step_lists.ts";
import type { Section, Setting, Settings } from "./syntax_tree.ts";

/** Returns a section's `real` lines, or those of `real6`. */
export function realsOf({ family, settings }: Section): readonly Setting<RealValue>[] {
  return settings[ofFamily("real", family)] ?? [];
}

/** Returns the section as it is for some of its `real` lines. */
export function withReals(section: Section, reals: readonly Setting<RealValue>[], own: Settings = {}): Section {
  return { ...section, settings: { ...section.settings, ...own, [ofFamily("real", section.family)]: reals } };
}

/** Returns the section as it is for one `real` line. */
export function alone(section: Section, real: Setting<RealValue>): Section {
  const own = real.own?.settings ?? {};
  const replaced = replacedBy(own);
  const inherited = Object.entries(section.settings).filter(([name]) => !replaced.has(name));
  return withReals({ ...section, settings: Object.fromEntries(inherited) as Settings }, [real], own);
}

/** Returns the directives of a section that do not count beside a server's own, though it has others. */
function replacedBy(own: Settings): ReadonlySet<string> {
  const dialogues = STEP_LISTS.map(stepsOf).filter((steps) => steps.some((name) => own[name]));
  return new Set<DirectiveName>([
    // Whether it can have one is seen later.
    "sentinel",
    // What is not checked has no use for what is added to checks.
    ...isUnchecked(own) ? ["alsocheck", "agentport", "weightfile"] as const : [],
    // Each of these stands in for the other.
    ...own.checktimeout || own.negotiatetimeout ? ["checktimeout", "negotiatetimeout"] as const : [],
    // A key goes with one certificate.
    ...own.tlscertfile ? ["tlskeyfile"] as const : [],
    // A dialogue is held as a whole.
    ...dialogues.flat(),
  ]);
}

/** Whether these directives say that a server is not checked. */
export function isUnchecked({ checktype, service }: Settings): boolean {
  return checktype?.value === "on" || checktype?.value === "off" || (service?.value === "none" && !checktype);
}
